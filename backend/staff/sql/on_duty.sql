-- Who is on duty, for which grid and matter, at one moment: one row per squad, with the members as JSON.
--
-- Before this stands `WITH asked AS (...)`, one row of (county, at, grid_path, words, department_code, squad_code): the path
-- of the grid; the words under which squads may name the matter (its code, its major's, `*`) and the department it belongs
-- to; one squad's code. Each is null when it is not asked for. The rules are those of docs/decisions/0013-duty.md:
--   a shift belongs to the members with a turn on it, or to the whole squad if there are none;
--   rostered and silent is on duty; an approved leave takes off; so does a sign-off said since the shift began;
--   a status said outside any shift counts until the next one of that member begins, at most 12 hours;
--   a squad is on duty if a member is; one that never had members, if its rota says so.
-- China's time is a fixed offset (see clock.py): no zone files, no daylight saving.
, moment AS (
    SELECT asked.*, (at AT TIME ZONE interval '8 hours')::date AS today, at - interval '12 hours' AS oldest_word_at
    FROM asked
), team AS (
    SELECT s.* FROM moment m JOIN squad s ON s.county = m.county AND (m.squad_code IS NULL OR s.code = m.squad_code)
), near_day AS (
    -- Two days back for what may still count, nine ahead for the next shift to begin.
    SELECT m.county, m.today + n AS on_day FROM moment m, generate_series(-2, 9) AS n
), laid_out AS (
    SELECT r.squad_code, d.on_day, r.starts, r.ends
    FROM near_day d JOIN rota_shift r ON r.county = d.county AND r.weekday = extract(isodow FROM d.on_day) - 1
        AND r.starts_on <= d.on_day AND (r.ends_on IS NULL OR d.on_day <= r.ends_on)
    WHERE NOT EXISTS (SELECT FROM shift_change c WHERE c.county = r.county AND c.squad_code = r.squad_code
        AND c.on_day = d.on_day AND c.starts = r.starts)
    UNION ALL
    SELECT c.squad_code, c.on_day, c.starts, c.ends
    FROM near_day d JOIN shift_change c ON c.county = d.county AND c.on_day = d.on_day AND c.kind = 'added'
), shift AS (
    SELECT l.squad_code, l.on_day, l.starts,
        (l.on_day + l.starts) AT TIME ZONE interval '8 hours' AS starts_at,
        (l.on_day + (l.ends <= l.starts)::int + l.ends) AT TIME ZONE interval '8 hours' AS ends_at
    FROM laid_out l JOIN team t ON t.code = l.squad_code
), current_shift AS (
    SELECT sh.*, EXISTS (SELECT FROM duty_turn u WHERE u.county = m.county AND u.squad_code = sh.squad_code
        AND u.on_day = sh.on_day AND u.starts = sh.starts) AS has_turns
    FROM shift sh, moment m WHERE sh.starts_at <= m.at AND sh.ends_at > m.oldest_word_at
), ever_staffed AS (
    SELECT DISTINCT p.squad_code FROM moment m JOIN post p ON p.county = m.county
    WHERE p.squad_code IS NOT NULL AND p.role IN ('squad_member', 'squad_leader')
), member AS (
    SELECT p.squad_code, p.staff_id, f.name, bool_or(p.role = 'squad_leader') AS leads
    FROM moment m JOIN post p ON p.county = m.county AND p.squad_code IS NOT NULL
        AND p.role IN ('squad_member', 'squad_leader')
        AND p.starts_on <= m.today AND (p.ends_on IS NULL OR m.today <= p.ends_on)
    JOIN team t ON t.code = p.squad_code
    JOIN staff f ON f.county = p.county AND f.id = p.staff_id AND f.active
        AND (f.left_on IS NULL OR m.today <= f.left_on)
    GROUP BY p.squad_code, p.staff_id, f.name
), said AS (
    SELECT d.staff_id, d.status_code, w.base, d.since_at, w.base = 'off_duty' AS signs_off
    FROM moment m JOIN duty_state d ON d.county = m.county AND d.since_at <= m.at
    JOIN duty_status w ON w.county = d.county AND w.code = d.status_code
), away AS (
    SELECT l.staff_id, bool_or(l.starts_at <= m.at) AS now, min(l.starts_at) FILTER (WHERE l.starts_at > m.at) AS next_at
    FROM moment m JOIN staff_leave l ON l.county = m.county AND l.status = 'approved' AND l.ends_at > m.at
    GROUP BY l.staff_id
), rostered AS MATERIALIZED (
    SELECT b.squad_code, b.staff_id, sh.starts_at, sh.ends_at
    FROM moment m CROSS JOIN current_shift sh JOIN member b ON b.squad_code = sh.squad_code
    LEFT JOIN duty_turn u ON u.county = m.county AND u.squad_code = sh.squad_code
        AND u.on_day = sh.on_day AND u.starts = sh.starts AND u.staff_id = b.staff_id
    WHERE NOT sh.has_turns OR u.staff_id IS NOT NULL
), served AS (
    -- A sign-off ends the shifts that had begun when it was said.
    SELECT r.squad_code, r.staff_id, max(r.ends_at) AS shift_ends_at, max(r.ends_at) FILTER (
        WHERE NOT coalesce(s.signs_off AND s.since_at >= r.starts_at, false)) AS serves_until
    FROM rostered r JOIN moment m ON r.ends_at > m.at LEFT JOIN said s ON s.staff_id = r.staff_id
    GROUP BY r.squad_code, r.staff_id
), last_shift AS (
    SELECT r.staff_id, max(r.ends_at) AS ends_at FROM rostered r GROUP BY r.staff_id
), standing AS MATERIALIZED (
    SELECT b.squad_code, b.staff_id, b.name, b.leads, v.shift_ends_at IS NOT NULL AS rostered, a.next_at AS next_leave_at,
        coalesce(a.now, false) AS on_leave, v.serves_until,
        CASE WHEN NOT s.signs_off AND s.since_at > m.oldest_word_at
            THEN s.since_at + interval '12 hours' END AS word_until,
        coalesce(e.ends_at > s.since_at, false) AS in_shift_since, s.status_code, s.base
    FROM moment m CROSS JOIN member b
    LEFT JOIN said s ON s.staff_id = b.staff_id
    LEFT JOIN away a ON a.staff_id = b.staff_id
    LEFT JOIN last_shift e ON e.staff_id = b.staff_id
    LEFT JOIN served v ON v.squad_code = b.squad_code AND v.staff_id = b.staff_id
), verdict AS (
    SELECT *, CASE WHEN on_leave THEN 'on_leave'
            WHEN serves_until IS NOT NULL THEN 'rostered'
            WHEN word_until IS NOT NULL AND NOT in_shift_since THEN 'stepped_in'
            WHEN rostered THEN 'signed_off'
            ELSE 'not_rostered' END AS standing
    FROM standing
), crew AS (
    SELECT squad_code, json_agg(json_build_object('id', staff_id, 'name', name, 'leads', leads, 'rostered', rostered,
            'standing', standing, 'on_until', until, 'status_code', CASE WHEN until IS NOT NULL AND word_until IS NOT NULL
                THEN status_code END, 'base', CASE WHEN until IS NULL THEN 'off_duty' WHEN word_until IS NULL
                THEN 'available' ELSE base END) ORDER BY NOT leads, name, staff_id) AS members
    FROM (SELECT *, CASE standing WHEN 'rostered' THEN least(serves_until, next_leave_at)
        WHEN 'stepped_in' THEN least(word_until, next_leave_at) END AS until FROM verdict) AS judged
    GROUP BY squad_code
), place AS (
    SELECT j.squad_code, array_agg(j.grid_path ORDER BY j.grid_path) AS paths,
        bool_or(m.grid_path = j.grid_path OR starts_with(m.grid_path, j.grid_path || '/')) AS covers
    FROM moment m JOIN squad_jurisdiction j ON j.county = m.county
    GROUP BY j.squad_code
), hours AS (
    SELECT sh.squad_code, max(sh.ends_at) FILTER (WHERE sh.starts_at <= m.at AND m.at < sh.ends_at) AS ends_at,
        min(sh.starts_at) FILTER (WHERE sh.starts_at > m.at) AS next_at
    FROM moment m, shift sh GROUP BY sh.squad_code
)
SELECT m.grid_path, t.code, t.name, t.unit_code, n.name AS unit_name, t.kind, t.capabilities,
    coalesce(p.paths, '{}') AS jurisdiction,
    CASE WHEN m.grid_path IS NOT NULL THEN coalesce(p.covers, false) END AS has_jurisdiction,
    -- A department's squad takes only what is its own department's, as in routing.
    t.capabilities::text[] && m.words AND (t.kind <> 'department' OR t.unit_code = m.department_code) AS can_do,
    e.squad_code IS NOT NULL AS has_members, h.ends_at AS shift_ends_at, h.next_at AS next_starts_at,
    coalesce(c.members, '[]') AS members
FROM moment m CROSS JOIN team t
JOIN unit n ON n.county = t.county AND n.code = t.unit_code
LEFT JOIN place p ON p.squad_code = t.code
LEFT JOIN hours h ON h.squad_code = t.code
LEFT JOIN crew c ON c.squad_code = t.code
LEFT JOIN ever_staffed e ON e.squad_code = t.code
ORDER BY t.code
