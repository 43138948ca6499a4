ANALYZE born;
CREATE TEMP TABLE lived AS
SELECT b.*, g.code AS grid_code, g.path, g.lng + b.east AS lng, g.lat + b.north AS lat, c.matter, c.code AS condition_code,
  c.severity, c.its_limit, 'squad-' || lpad(b.squad_1::text, 2, '0') AS code_1,
  'squad-' || lpad(b.squad_2::text, 2, '0') AS code_2, w.id AS worker_id
FROM born b JOIN of_grid g ON g.n = b.grid JOIN of_condition c ON c.n = b.condition
JOIN of_person w ON w.kind = 'worker' AND w.n = b.worker
ORDER BY b.id;
INSERT INTO "case" (county, id, code, version, status, source, catalogue_version, matter_code, condition_code, severity, tier,
  place, accuracy_m, grid_code, grid_version, grid_path, on_border, words, reporter_id, self_handled, squad_code, rework_count,
  send_back_count, extension_count, suspension_count, reopened_count, extension_asked_by, suspension_asked_by, void_asked_by,
  resume_on, reply_by, merged_into, merged_from, opened_at, filed_at, late_s, updated_at, closed_at, answer_until, satisfaction)
SELECT '410225', l.id, 'Y' || lpad(to_hex(l.n * 7919::bigint % 1048576), 5, '0') || upper(lpad(to_hex(l.n), 5, '0')), l.seen,
  s.status, s.source, 1, l.matter, l.condition_code, l.severity, s.tier, ST_SetSRID(ST_MakePoint(l.lng, l.lat), 4326), 12,
  l.grid_code, 1, l.path, false, o.said || '（' || l.n || '号）', CASE WHEN s.source = 'staff' THEN l.worker_id END,
  s.self_handled, CASE s.squad WHEN 1 THEN l.code_1 WHEN 2 THEN l.code_2 END, s.rework, s.send_back, s.extension, s.suspension,
  s.reopened, CASE WHEN s.asked = 'extension' THEN l.worker_id END, CASE WHEN s.asked = 'suspension' THEN l.worker_id END,
  CASE WHEN s.asked = 'void' THEN l.worker_id END,
  CASE WHEN s.resume_step IS NOT NULL
    THEN ((to_timestamp(l.times[s.resume_step] / 1e6) AT TIME ZONE 'Asia/Shanghai')::date + 30 + l.n % 60) END,
  to_timestamp(l.times[s.reply_step] / 1e6) + interval '8 hours', CASE WHEN s.status = 'merged' THEN l.id END, s.merged_from,
  to_timestamp(l.times[1] / 1e6), to_timestamp(l.times[s.filed_step] / 1e6), CASE WHEN l.seen = cardinality(l.times) THEN l.late_s ELSE 0 END,
  to_timestamp(l.times[l.seen] / 1e6), to_timestamp(l.times[s.closed_step] / 1e6),
  CASE WHEN s.answer THEN to_timestamp(l.times[s.closed_step] / 1e6) + interval '72 hours' END, s.satisfaction
FROM lived l JOIN of_stand s ON s.life = l.life AND s.seen = l.seen JOIN of_words o ON o.n = l.words
ORDER BY l.id;
UPDATE "case" c SET merged_into = (SELECT o.id FROM "case" o WHERE o.county = c.county AND o.status <> 'merged' LIMIT 1)
WHERE status = 'merged';
INSERT INTO case_event (county, case_id, id, seq, action, from_status, to_status, actor_id, actor_role, words, content,
  fingerprint, at, previous_hash, hash)
SELECT '410225', l.id, CASE WHEN t.seq = 1 THEN l.id ELSE gen_random_uuid() END, t.seq, t.action, t.from_status, t.to_status,
  p.id, CASE p.kind WHEN 'leader' THEN 'squad_leader' WHEN 'member' THEN 'squad_member' ELSE p.kind END, '',
  CASE
    WHEN t.action IN ('route', 'dispatch', 'reassign') OR (t.action IN ('fail', 'not_satisfied') AND t.to_status = 'rework')
      THEN jsonb_build_object('squad_code', q.code, 'duty', NULL, 'holder', q.code, 'limit', l.its_limit)
        || CASE WHEN t.action = 'fail' THEN '{"share": 0.5}'::jsonb ELSE '{}'::jsonb END
    WHEN t.action = 'grant_extension' THEN jsonb_build_object('limit', l.its_limit)
    WHEN t.action IN ('ask_suspension', 'grant_suspension') THEN jsonb_build_object('until_day',
      ((to_timestamp(l.times[t.seq] / 1e6) AT TIME ZONE 'Asia/Shanghai')::date + 30 + l.n % 60)::text)
    WHEN t.action = 'supervise' THEN jsonb_build_object('until', to_timestamp((l.times[t.seq] + 28800000000) / 1e6))
    WHEN t.action = 'whistle' THEN jsonb_build_object('squads', jsonb_build_array(l.code_2))
    WHEN t.action IN ('add_co_handler', 'co_acknowledge', 'co_arrive', 'co_feedback') THEN jsonb_build_object('squad_code', l.code_2)
    WHEN t.action = 'send_back' THEN '{"reason": "not_ours"}'::jsonb
    WHEN t.action = 'raise_tier' THEN '{"tier": 3}'::jsonb
    WHEN t.action = 'decline' THEN '{"reason": "not_there"}'::jsonb
    WHEN t.action = 'force_close' THEN '{"reason": "solved_otherwise"}'::jsonb
    ELSE '{}'::jsonb
  END || CASE WHEN l.dues[t.seq] > 0
    THEN jsonb_build_object('due_at', to_timestamp((l.dues[t.seq]) / 1e6), 'clock', jsonb_build_object('kind', t.clock,
      'started_at', to_timestamp((l.times[t.clock_step]) / 1e6), 'warn_at', to_timestamp((l.warns[t.seq]) / 1e6)))
    WHEN t.clock IS NOT NULL THEN jsonb_build_object('clock', jsonb_build_object('kind', t.clock,
      'started_at', to_timestamp((l.times[t.clock_step]) / 1e6)))
    WHEN t.touches THEN '{"clock": {}}'::jsonb
    ELSE '{}'::jsonb END, '', to_timestamp(l.times[t.seq] / 1e6), '', ''
FROM lived l
JOIN of_step t ON t.life = l.life AND t.seq <= l.seen
CROSS JOIN LATERAL (SELECT CASE WHEN t.squad = 2 THEN l.squad_2 ELSE l.squad_1 END AS n,
  CASE WHEN t.squad = 2 THEN l.code_2 ELSE l.code_1 END AS code) q
LEFT JOIN of_stand f ON f.life = l.life AND f.seen = 1
CROSS JOIN LATERAL (SELECT CASE
    WHEN t.action = 'report' AND f.source <> 'staff' THEN NULL
    WHEN t.action IN ('report', 'self_handle', 'verify_found', 'verify_absent') THEN 'worker'
    WHEN t.action IN ('pass', 'fail') THEN 'inspector'
    WHEN t.action IN ('acknowledge', 'arrive', 'feedback', 'send_back', 'ask_extension', 'ask_suspension',
      'reply_supervision', 'co_acknowledge', 'co_arrive', 'co_feedback') THEN 'member'
    WHEN t.action IN ('review_pass', 'review_return', 'raise_tier') THEN 'leader'
    WHEN t.action IN ('route', 'escalate', 'satisfied', 'not_satisfied', 'resume') THEN NULL
    ELSE 'operator' END AS kind) k
LEFT JOIN of_person p ON p.kind = k.kind AND p.n = CASE
    WHEN k.kind = 'worker' THEN l.worker
    WHEN k.kind = 'inspector' THEN l.n % 40
    WHEN k.kind = 'operator' THEN CASE WHEN t.action = 'confirm_void' THEN 3 ELSE 2 END
    WHEN t.action LIKE 'co\_%' THEN l.squad_2
    ELSE q.n END
ORDER BY l.id, t.seq;
INSERT INTO assignment (county, id, case_id, kind, squad_code, handler_id, words, assigned_at, due_at, acknowledged_at,
  arrived_at, ended_at, "end")
SELECT '410225', gen_random_uuid(), l.id, 'lead', CASE d.squad WHEN 2 THEN l.code_2 ELSE l.code_1 END,
  CASE WHEN d.acknowledged_step <= l.seen THEN m.id END, '', to_timestamp(l.times[d.from_step] / 1e6),
  to_timestamp(l.times[d.from_step] / 1e6) + interval '2 days',
  CASE WHEN d.acknowledged_step <= l.seen THEN to_timestamp(l.times[d.acknowledged_step] / 1e6) END,
  CASE WHEN d.arrived_step <= l.seen THEN to_timestamp(l.times[d.arrived_step] / 1e6) END,
  CASE WHEN d.ended_step <= l.seen THEN to_timestamp(l.times[d.ended_step] / 1e6) END,
  CASE WHEN d.ended_step <= l.seen THEN d.how END
FROM lived l JOIN of_lead d ON d.life = l.life AND d.from_step <= l.seen
LEFT JOIN of_person m ON m.kind = 'member' AND m.n = CASE d.squad WHEN 2 THEN l.squad_2 ELSE l.squad_1 END
ORDER BY l.id, d.from_step;
INSERT INTO assignment (county, id, case_id, kind, squad_code, words, assigned_at, due_at, arrive_by, acknowledged_at, arrived_at,
  ended_at, "end")
SELECT '410225', gen_random_uuid(), l.id, CASE r.action WHEN 'whistle' THEN 'whistle' ELSE 'co' END, l.code_2, '',
  to_timestamp(l.times[r.step] / 1e6), to_timestamp(l.times[r.step] / 1e6) + interval '4 hours',
  CASE r.action WHEN 'whistle' THEN to_timestamp(l.times[r.step] / 1e6) + interval '4 hours' END,
  CASE WHEN r.step + 1 <= l.seen THEN to_timestamp(l.times[r.step + 1] / 1e6) END,
  CASE WHEN r.step + 2 <= l.seen THEN to_timestamp(l.times[r.step + 2] / 1e6) END,
  CASE WHEN r.step + 3 <= l.seen THEN to_timestamp(l.times[r.step + 3] / 1e6) END,
  CASE WHEN r.step + 3 <= l.seen THEN 'finished' END
FROM lived l JOIN of_part r ON r.life = l.life AND r.step <= l.seen
ORDER BY l.id;
INSERT INTO report (county, id, case_id, reporter_id, source, fingerprint, content, place_source, occurred_at, received_at)
SELECT c.county, c.id, c.id, c.reporter_id, c.source, '', '{}'::jsonb, 'gps', c.opened_at, c.opened_at FROM "case" c ORDER BY c.id;
