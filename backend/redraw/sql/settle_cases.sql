-- Every case whose grid no longer holds it on a day follows its place into the grid that does: the smallest exclusive grid,
-- else the base grid, else (for a place on the edge of the net) the nearest within some 50 m. What it was filed under stays.
-- Only cases in grids that began anew or ended by then are looked at, so that running it again changes nothing.
WITH touched AS (
    SELECT c.id, c.place, c.grid_path FROM "case" AS c
    WHERE c.county = :county
      AND c.grid_path IN (
        SELECT path FROM grid WHERE county = :county AND (valid_to <= :on OR (valid_from = :on AND version > 1))
      )
      AND NOT EXISTS (
        SELECT 1 FROM grid AS g
        WHERE g.county = :county AND g.code = split_part(c.grid_path, '/', -1) AND g.path = c.grid_path
          AND g.valid_from <= :on AND (g.valid_to IS NULL OR g.valid_to > :on)
          AND (c.on_border OR ST_Covers(g.shape, c.place))
          AND NOT EXISTS (
            SELECT 1 FROM grid AS part
            WHERE part.county = :county AND part.parent_code = g.code AND part.kind = 'base'
              AND part.valid_from <= :on AND (part.valid_to IS NULL OR part.valid_to > :on)
          )
      )
), moved AS (
    SELECT t.id, (
        SELECT g.path FROM grid AS g
        WHERE g.county = :county AND g.level IN ('grid', 'micro') AND g.kind IN ('base', 'exclusive')
          AND g.valid_from <= :on AND (g.valid_to IS NULL OR g.valid_to > :on)
          AND ST_DWithin(g.shape, t.place, 0.0005) AND (g.kind = 'base' OR ST_Covers(g.shape, t.place))
        ORDER BY ST_Distance(g.shape, t.place), g.kind <> 'exclusive', g.area_m2, g.code
        LIMIT 1
    ) AS path
    FROM touched AS t
), told AS (
    -- The figures of its old and its new grid are to be worked out again.
    INSERT INTO case_change (county, id, case_id)
    SELECT :county, gen_random_uuid(), moved.id FROM moved JOIN touched ON touched.id = moved.id
    WHERE moved.path IS NOT NULL AND moved.path <> touched.grid_path
)
UPDATE "case" AS c SET grid_path = moved.path FROM moved
WHERE c.county = :county AND c.id = moved.id AND moved.path IS NOT NULL AND moved.path <> c.grid_path
