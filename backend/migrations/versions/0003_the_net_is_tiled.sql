-- The rule that base grids of one parent tile it, kept by the database (docs/decisions/0009). A statement that touches grids
-- marks their parents in net_unproved; at commit each marked parent is proved for every day on which something changes, and
-- the mark goes. Marking also makes two transactions that touch the same parent wait for each other.

CREATE FUNCTION mark_net_unproved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO net_unproved (county, parent_code, since)
        SELECT county, parent, min(valid_from) FROM after, unnest(ARRAY[parent_code, code]) AS parent
        WHERE parent = parent_code OR EXISTS (SELECT FROM grid g WHERE g.county = after.county AND g.parent_code = parent)
        GROUP BY county, parent ORDER BY county, parent
        ON CONFLICT (county, parent_code) DO UPDATE SET since = least(net_unproved.since, EXCLUDED.since);
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO net_unproved (county, parent_code, since)
        SELECT county, parent, min(valid_from) FROM before, unnest(ARRAY[parent_code, code]) AS parent
        WHERE parent = parent_code OR EXISTS (SELECT FROM grid g WHERE g.county = before.county AND g.parent_code = parent)
        GROUP BY county, parent ORDER BY county, parent
        ON CONFLICT (county, parent_code) DO UPDATE SET since = least(net_unproved.since, EXCLUDED.since);
    ELSE
        -- A version that only ends on another day changes the net from the earlier of the two days, not from its beginning.
        INSERT INTO net_unproved (county, parent_code, since)
        SELECT county, parent, min(since)
        FROM (
            SELECT coalesce(a.county, b.county) AS county, ARRAY[b.parent_code, a.parent_code, b.code, a.code] AS codes,
                CASE
                    WHEN (b.parent_code, b.level, b.kind, b.area_m2, b.valid_from)
                        IS NOT DISTINCT FROM (a.parent_code, a.level, a.kind, a.area_m2, a.valid_from)
                        AND b.shape IS NOT DISTINCT FROM a.shape
                    THEN CASE WHEN b.valid_to IS DISTINCT FROM a.valid_to THEN least(b.valid_to, a.valid_to) END
                    ELSE least(b.valid_from, a.valid_from)
                END AS since
            FROM before b FULL JOIN after a USING (county, code, version)
        ) AS change, unnest(codes) AS parent
        WHERE since IS NOT NULL
            AND (parent IN (codes[1], codes[2])
                OR EXISTS (SELECT FROM grid g WHERE g.county = change.county AND g.parent_code = parent))
        GROUP BY county, parent ORDER BY county, parent
        ON CONFLICT (county, parent_code) DO UPDATE SET since = least(net_unproved.since, EXCLUDED.since);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER net_inserted AFTER INSERT ON grid REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION mark_net_unproved();
CREATE TRIGGER net_updated AFTER UPDATE ON grid REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION mark_net_unproved();
CREATE TRIGGER net_deleted AFTER DELETE ON grid REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION mark_net_unproved();

-- Which rule the children of a parent break on a day, or NULL. The twin of geo.tiling.tiles.
CREATE FUNCTION broken_net_rule(in_county text, parent text, day date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    above grid;
    misplaced boolean;
    base_area_m2 double precision;
    loose bigint;
BEGIN
    SELECT * INTO above FROM grid
    WHERE county = in_county AND code = parent AND valid_from <= day AND (valid_to IS NULL OR valid_to > day);
    IF NOT FOUND THEN
        RETURN (SELECT 'orphan' FROM grid WHERE county = in_county AND parent_code = parent
            AND valid_from <= day AND (valid_to IS NULL OR valid_to > day) LIMIT 1);
    END IF;

    SELECT bool_or(left(code, length(parent)) <> left(parent, 12) AND left(code, 12) <> left(parent, 12)),
        sum(area_m2) FILTER (WHERE kind = 'base')
    INTO misplaced, base_area_m2
    FROM grid WHERE county = in_county AND parent_code = parent
        AND valid_from <= day AND (valid_to IS NULL OR valid_to > day);
    IF misplaced THEN
        RETURN 'code';
    END IF;
    IF EXISTS (SELECT FROM grid WHERE county = in_county AND parent_code = parent AND kind = 'base'
            AND valid_from <= day AND (valid_to IS NULL OR valid_to > day)
            AND (above.level, level) NOT IN
                (('county', 'town'), ('town', 'village'), ('village', 'grid'), ('grid', 'micro'))) THEN
        RETURN 'level';
    END IF;
    IF above.shape IS NULL OR base_area_m2 IS NULL THEN
        RETURN NULL;
    END IF;
    IF above.area_m2 <> base_area_m2 THEN
        RETURN 'area';
    END IF;

    WITH figures AS (
        SELECT code, 1 AS sign, ST_ForcePolygonCCW(shape) AS shape FROM grid
        WHERE county = in_county AND parent_code = parent AND kind = 'base'
            AND valid_from <= day AND (valid_to IS NULL OR valid_to > day)
        UNION ALL
        SELECT above.code, -1, ST_ForcePolygonCCW(above.shape)
    ), points AS (
        -- A point of the lattice as one number. A point off the lattice is nowhere.
        SELECT code, sign, path[1] AS part, path[2] AS ring, path[3] AS n,
            round(ST_X(geom) * 1e7)::bigint * 2147483648 + round(ST_Y(geom) * 1e7)::bigint AS point,
            ST_X(geom) <> round(ST_X(geom) * 1e7) / 1e7 OR ST_Y(geom) <> round(ST_Y(geom) * 1e7) / 1e7 AS off
        FROM figures, ST_DumpPoints(shape)
    ), edges AS (
        SELECT sign, off, lag(point) OVER (PARTITION BY code, part, ring ORDER BY n) AS a, point AS b FROM points
    )
    SELECT count(*) INTO loose FROM (
        SELECT FROM edges WHERE a <> b GROUP BY least(a, b), greatest(a, b)
        HAVING sum(CASE WHEN a < b THEN sign ELSE -sign END) <> 0 OR bool_or(off)
    ) AS edge;
    RETURN CASE WHEN loose > 0 THEN 'tiling' END;
END $$;

CREATE FUNCTION prove_net() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first_day date;
    day date;
    rule text;
BEGIN
    DELETE FROM net_unproved WHERE county = NEW.county AND parent_code = NEW.parent_code RETURNING since INTO first_day;
    IF NOT FOUND THEN
        RETURN NULL;  -- marked more than once, and proved by now
    END IF;
    FOR day IN
        SELECT first_day
        UNION
        SELECT turn FROM grid, unnest(ARRAY[valid_from, valid_to]) AS turn
        WHERE county = NEW.county AND NEW.parent_code IN (code, parent_code) AND turn > first_day
        ORDER BY 1
    LOOP
        rule := broken_net_rule(NEW.county, NEW.parent_code, day);
        IF rule IS NOT NULL THEN
            RAISE EXCEPTION 'the parts of grid % of county % break the net''s rule of % on %',
                NEW.parent_code, NEW.county, rule, day
                USING ERRCODE = 'SZ001', DETAIL = json_build_object('parent_code', NEW.parent_code, 'on', day, 'rule', rule);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER net_is_tiled AFTER INSERT OR UPDATE ON net_unproved
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION prove_net();
