CREATE TEMP TABLE of_grid (n int, code text, path text, lng float8, lat float8);
CREATE TEMP TABLE of_condition (n int, matter text, code text, severity text, its_limit jsonb);
CREATE TEMP TABLE of_step (life int, seq int, action text, from_status text, to_status text, squad int, touches bool, clock text,
  clock_step int);
CREATE TEMP TABLE of_stand (life int, seen int, status text, squad int, tier int, self_handled bool, rework int, send_back int,
  extension int, suspension int, reopened int, asked text, resume_step int, reply_step int, filed_step int, closed_step int,
  answer bool, satisfaction text, source text, merged_from text);
CREATE TEMP TABLE of_lead (life int, squad int, from_step int, acknowledged_step int, arrived_step int, ended_step int, how text);
CREATE TEMP TABLE of_part (life int, step int, action text);
CREATE TEMP TABLE of_words (n int, said text);
CREATE TEMP TABLE of_person (kind text, n int, id uuid);
CREATE TEMP TABLE born (n int, id uuid, life int, seen int, grid int, condition int, squad_1 int, squad_2 int, worker int,
  words int, east float8, north float8, late_s bigint, times bigint[], dues bigint[], warns bigint[]);
