-- Every case first routed by rule in a past period, in order of time: what was known of it then, who got it, and until when it
-- was in somebody's hands. Parameters: county, from, to. The table of cases is read here by name, because its domain stands
-- above this one. Times are seconds since 1970; a case still open has none.
WITH first_routed AS (
    SELECT DISTINCT ON (d.case_id) d.case_id, d.decided_at, d.id, d.squad_code, d.duty,
        d.inputs ->> 'matter_code' AS matter_code, d.inputs ->> 'severity' AS severity
    FROM routing_decision d
    WHERE d.county = :county AND d.decided_at >= :from AND d.decided_at < :to AND d.inputs ? 'matter_code'
    ORDER BY d.case_id, d.decided_at, d.id
), handled AS (
    SELECT a.case_id, max(extract(epoch FROM a.ended_at)) AS until, bool_or(a.ended_at IS NULL) AS is_open
    FROM assignment a JOIN first_routed r ON r.case_id = a.case_id
    WHERE a.county = :county
    GROUP BY a.case_id
)
SELECT c.code, extract(epoch FROM r.decided_at)::float8 AS at,
    CASE WHEN h.is_open THEN NULL ELSE coalesce(h.until, extract(epoch FROM c.closed_at)) END::float8 AS until,
    c.catalogue_version, r.matter_code, r.severity, c.grid_code, c.grid_path, r.squad_code, r.duty
FROM first_routed r
JOIN "case" c ON c.county = :county AND c.id = r.case_id
LEFT JOIN handled h ON h.case_id = r.case_id
ORDER BY r.decided_at, r.id
