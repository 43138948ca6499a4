-- One vector tile of a county's net on a day: layer `grids` (polygons) and layer `labels` (points), each from its own zoom on.
-- Zooms with outlines show those; the true shapes find the grids, because their index knows every version.
WITH tile AS (
    SELECT ST_TileEnvelope(:z, :x, :y) AS box,
        -- A simplified border may reach a pixel or two into a tile that the true one misses.
        ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 16.0 / 512), 4326) AS around
), found AS MATERIALIZED (
    SELECT g.code, g.name, g.short_name, g.level, g.kind, g.parent_code, g.cluster_code, g.management_grade,
        coalesce(g.label_point, ST_PointOnSurface(g.shape)) AS label_point,
        -- Asked grid by grid: a join would be planned badly right after a publication, when nothing is known of the new rows.
        coalesce(
            (SELECT o.shape FROM grid_outline o WHERE o.county = g.county AND o.edition = :edition
                AND o.max_zoom = :max_zoom AND o.code = g.code AND o.version = g.version),
            ST_Transform(g.shape, 3857)
        ) AS shape
    FROM tile, grid g
    WHERE g.county = :county AND g.level = ANY(:levels) AND g.shape && tile.around
        AND g.valid_from <= :on AND (g.valid_to IS NULL OR g.valid_to > :on)
), polygons AS MATERIALIZED (
    SELECT ST_AsMVTGeom(shape, tile.box, extent => 4096, buffer => 64) AS geometry,
        code, name, short_name, level, kind, parent_code, cluster_code, management_grade
    FROM found, tile ORDER BY code
), labels AS MATERIALIZED (
    SELECT ST_AsMVTGeom(ST_Transform(label_point, 3857), tile.box, extent => 4096, buffer => 0) AS geometry,
        code, name, short_name, level, kind
    FROM found, tile WHERE level = ANY(:labelled) ORDER BY code
)
SELECT coalesce((SELECT ST_AsMVT(polygons, 'grids', 4096, 'geometry') FROM polygons WHERE geometry IS NOT NULL), '')
    || coalesce((SELECT ST_AsMVT(labels, 'labels', 4096, 'geometry') FROM labels WHERE geometry IS NOT NULL), '')
