"""What is said about a file of grids, as tables: why it is refused, what is peculiar about a layer, what is wrong with it.

Rules live in `layers.py` and `dry_run.py`; they name a key of these tables and the values that fill its sentence.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from backend.errors import FieldError, Malformed, Say, TooLarge
from backend.grids.imports.intake import FileRefused, Finding

REFUSALS: dict[str, Say] = {
    "file_empty": Say("文件是空的（0 字节），请重新导出后再选", "The file is empty (0 bytes); export it again"),
    "file_not_grids": Say(
        "不认识这种文件（{what}）。请导出为 GeoJSON、GeoPackage，或把 Shapefile 的全部文件打成 zip",
        "This kind of file is not read ({what}). Export it as GeoJSON or GeoPackage, or zip all files of a Shapefile",
    ),
    "file_damaged": Say(
        "文件打不开，可能已损坏或没有传完整。请在制图软件里打开检查，重新导出后再上传",
        "The file cannot be opened: damaged or incomplete. Open it in your mapping software, export it again and upload that",
    ),
    "file_not_geojson": Say(
        "这不是正确的 GeoJSON：{what}。请用制图软件重新导出",
        "This is not proper GeoJSON: {what}. Export it again from your mapping software",
    ),
    "file_too_slow": Say(
        "读取文件超时，已停止。请减少要素或简化图形，分镇街导入",
        "Reading the file took too long and was stopped. Simplify the shapes or import town by town",
    ),
    "file_too_large": Say(
        "文件内容太多（{what}）。请按镇街拆成几个文件导入",
        "The file holds too much ({what}). Split it by town",
    ),
    "zip_encrypted": Say("压缩包设了密码，请去掉密码重新打包", "The archive has a password; pack it again without one"),
    "zip_without_layers": Say(
        "压缩包里没有图层。请把 .shp .shx .dbf .prj 四个文件一起打成 zip（不要放 rar、文件地理数据库或另一个压缩包）",
        "The archive holds no layer. Zip .shp, .shx, .dbf and .prj together (no rar, file geodatabase or archive in it)",
    ),
    "zip_bomb": Say(
        "压缩包解开后太大（{what}），请只打包网格图层",
        "The archive unpacks to too much ({what}); pack the grids' layer only",
    ),
    "no_layers": Say("文件里没有任何图层", "The file holds no layer"),
}
"""Why a whole file is not taken. `{what}` is filled by the one who refuses."""

REFUSED_WHAT: dict[str, Say] = {
    "rar": Say("rar 压缩包", "a rar archive"),
    "7z": Say("7z 压缩包", "a 7z archive"),
    "kml": Say("KML/KMZ", "KML or KMZ"),
    "xlsx": Say("Excel 或 Word 文档", "an Excel or Word document"),
    "dwg": Say("CAD 图纸", "a CAD drawing"),
    "gdb": Say("文件地理数据库 gdb", "a file geodatabase"),
    "shp": Say("单独的 Shapefile 文件，缺少同名的其他文件", "one file of a Shapefile without its companions"),
    "picture": Say("图片或 PDF", "a picture or PDF"),
    "sqlite": Say("SQLite 数据库，但不是 GeoPackage", "an SQLite database that is no GeoPackage"),
    "xml": Say("XML 文件", "an XML file"),
    "other": Say("无法辨认的内容", "unrecognised content"),
    "json": Say("不是 JSON，或中途断掉", "not JSON, or cut off"),
    "deep": Say("嵌套太深", "nested too deeply"),
    "shape": Say("最外层应是要素集合、要素或面", "the top must be a FeatureCollection, a Feature or a polygon"),
    "features": Say("缺少 features 列表", "the list `features` is missing"),
    "text": Say("文字编码无法辨认", "the encoding of its text is not known"),
    "too_many_features": Say("要素超过 {limit} 个", "over {limit} features"),
    "too_many_vertices": Say("顶点超过 {limit} 个", "over {limit} vertices"),
    "too_many_layers": Say("图层超过 {limit} 个", "over {limit} layers"),
    "too_many_files": Say("超过 {limit} 个文件", "over {limit} files"),
    "too_many_bytes": Say("超过 {limit} MB", "over {limit} MB"),
    "too_much": Say("超出内存上限", "more than the memory allowed"),
}

REMARKS: dict[str, Say] = {
    "no_dbf": Say(
        "缺少 .dbf，没有编码和名称，这样导入不了；请补上 .dbf 重新打包",
        "The .dbf is missing, so there are no codes and names; add it to the zip",
    ),
    "no_shx": Say("缺少 .shx，已从 .shp 重建索引", "The .shx is missing; the index was rebuilt from the .shp"),
    "no_prj": Say(
        "缺少 .prj，坐标系是按位置猜的，请在地图上确认",
        "The .prj is missing; the coordinate system is guessed from the place, confirm it on the map",
    ),
    "crs_unlikely": Say(
        "按文件写明的坐标系，图层不在本县附近；请在地图上核对",
        "In the coordinate system that the file names the layer is not near this county; look at the map",
    ),
    "crs_refused": Say(
        "文件写明的坐标系不能直接读（西安 80、北京 54 的转换参数不公开）；请先在制图软件里转成 CGCS2000",
        "The file's coordinate system is not read (the shift of old datums is not public); convert it to CGCS2000",
    ),
    "cpg_wrong": Say(
        "文件写明的编码读出来是乱码，已另选一种，请看样例确认",
        "In the encoding that the file names the words are garbled; another was chosen, look at the sample",
    ),
    "axes_swapped": Say(
        "横纵坐标像是写反了，导入时可选“交换坐标”", "x and y seem to be exchanged; choose the repair that swaps them"
    ),
    "not_polygons": Say("没有面，不能作为网格导入", "There are no polygons, so this cannot be grids"),
    "no_features": Say("图层是空的", "The layer is empty"),
    "too_many_features": Say("要素超过 20,000 个，请按镇街拆开", "Over 20,000 features; split the layer by town"),
}


class Wording(NamedTuple):
    """What is wrong, and how to mend it. Braces are filled from the finding's values, `{codes}` from its codes."""

    sentence: Say
    what_to_do: Say


_MEND_IN_SOFTWARE = Say("在制图软件里改好后重新上传", "Mend it in your mapping software and upload the file again")

KINDS: dict[str, Wording] = {
    "gap": Wording(
        Say("{codes} 旁有空隙，面积 {area}，平均宽 {width}", "A gap beside {codes}: {area}, {width} wide on average"),
        Say(
            "缝隙窄的可用“补缝”修复；宽的请在制图软件里补画网格或移动边界",
            "Narrow gaps close by the repair; for wide ones draw the missing grid or move a border",
        ),
    ),
    "overlap": Wording(
        Say("{codes} 互相重叠 {area}，平均宽 {width}", "{codes} overlap by {area}, {width} wide on average"),
        Say(
            "重叠窄的可用“去重叠”修复；宽的请定好归谁，改好后重新上传",
            "Narrow overlaps go by the repair; for wide ones decide whose ground it is and upload again",
        ),
    ),
    "sliver": Wording(
        Say("{codes} 有细碎部分，面积 {area}，平均宽 {width}", "{codes} has a sliver: {area}, {width} wide on average"),
        Say("可用“去碎片”修复，或把碎片并入相邻网格", "Use the repair, or merge the sliver into a neighbour"),
    ),
    "unmatched_border": Wording(
        Say(
            "{codes} 的公共边界顶点对不上，会留下看不见的缝",
            "{codes} do not share the vertices of their common border, which leaves invisible gaps",
        ),
        Say("用“对齐边界”修复：只补顶点，不移动边界", "Use the repair: it adds vertices and moves no border"),
    ),
    "invalid_ring": Wording(
        Say("第 {row} 个要素的边界不对：{reason}", "The outline of feature {row} is wrong: {reason}"),
        Say(
            "可用“修复边界”试修并在地图上核对，或在制图软件里重画这一处",
            "Try the repair and look at the outcome on the map, or redraw this place in your mapping software",
        ),
    ),
    "duplicate_code": Wording(
        Say("编码 {codes} 用了 {count} 次", "The code {codes} stands on {count} features"),
        Say(
            "每个网格的编码只能用一次：改掉多余的编码，或把同一网格的几块合成一个多部件面",
            "A code belongs to one grid: change the others, or make the parts of one grid a multipart polygon",
        ),
    ),
    "malformed_code": Wording(
        Say("第 {row} 个要素的编码“{code}”不合规", "The code “{code}” of feature {row} is malformed"),
        Say(
            "编码全用数字：县 6 位、镇 9 位、村 12 位、网格 15 位；检查层级和是否丢了前导位",
            "Codes are digits: county 6, town 9, village 12, grid 15; look at the level and for lost digits",
        ),
    ),
    "missing_code": Wording(
        Say("第 {row} 个要素没有编码", "Feature {row} has no code"),
        Say("填上编码，或检查编码列选对了没有", "Fill in the code, or see whether the right column was chosen"),
    ),
    "missing_name": Wording(
        Say("{codes} 没有名称", "{codes} has no name"),
        Say("填上名称，或检查名称列选对了没有", "Fill in the name, or see whether the right column was chosen"),
    ),
    "long_name": Wording(
        Say("{codes} 的名称超过 {limit} 个字", "The name of {codes} is over {limit} characters"),
        Say("把名称改短", "Shorten the name"),
    ),
    "unreadable_text": Wording(
        Say(
            "第 {row} 个要素的文字按所选编码读不出来",
            "The words of feature {row} cannot be read in the chosen encoding",
        ),
        Say("换一种编码再读一次", "Choose another encoding"),
    ),
    "unknown_level": Wording(
        Say("第 {row} 个要素的层级“{level}”不认识", "The level “{level}” of feature {row} is not known"),
        Say(
            "层级写“镇、村、网格、微网格”之一，或不选层级列，由编码位数决定",
            "Write town, village, grid or micro, or leave the level to the length of the code",
        ),
    ),
    "unknown_kind": Wording(
        Say("第 {row} 个要素的类型“{found}”不认识", "The kind “{found}” of feature {row} is not known"),
        Say("类型写“基础、连片、专属”之一，或不选类型列", "Write base, cluster or exclusive, or leave the column out"),
    ),
    "unknown_grade": Wording(
        Say("{codes} 的管理等级“{grade}”不在 1 到 4 之间", "The management grade “{grade}” of {codes} is not 1 to 4"),
        Say("改成 1、2、3 或 4，或留空", "Write 1, 2, 3 or 4, or leave it empty"),
    ),
    "orphan": Wording(
        Say(
            "{codes} 的上级 {parent} 既不在文件里，也不在一张网里",
            "The parent {parent} of {codes} is neither in the file nor in the net",
        ),
        Say(
            "检查编码前几位或上级编码列；或先导入上级",
            "Look at the code's first digits or the parent column, or bring in the parent first",
        ),
    ),
    "wrong_parent": Wording(
        Say(
            "{codes} 的上级 {parent} 不对：应比它高一级，编码前缀也要一致",
            "{parent} cannot be the parent of {codes}: it must be one level up and begin its code",
        ),
        Say("改正上级编码或层级", "Correct the parent or the level"),
    ),
    "outside_scope": Wording(
        Say("{codes} 不在所选范围 {scope} 之内", "{codes} does not belong to {scope}, whose parts are replaced"),
        Say("从文件里去掉，或换一个导入范围", "Take it out of the file, or choose another scope"),
    ),
    "scope_itself": Wording(
        Say(
            "{codes} 是所选范围本身或它的上级，边界由下级拼成，这个要素不导入",
            "{codes} is the chosen scope or above it; its outline is built from its parts and this feature is left out",
        ),
        Say("不用处理", "Nothing to do"),
    ),
    "outside_parent": Wording(
        Say("{codes} 有 {area} 在上级 {parent} 之外", "{codes} lies outside its parent {parent} with {area}"),
        Say("把边界收回上级之内，或改正上级编码", "Bring the border back into the parent, or correct the parent"),
    ),
    "parent_rebuilt": Wording(
        Say(
            "{codes} 的边界与下级拼起来的不一致（差 {area}），将按下级重建",
            "The outline of {codes} differs from its parts by {area}; it will be rebuilt from them",
        ),
        Say("不用处理；若下级有错请改下级", "Nothing to do; if the parts are wrong, mend the parts"),
    ),
    "outline_changed": Wording(
        Say(
            "{codes} 的外边界会变：多出 {more}，少了 {less}",
            "The outline of {codes} will change: {more} more, {less} less",
        ),
        Say("在地图上核对外边界是不是该变", "See on the map whether the outline should change"),
    ),
    "will_end": Wording(
        Say(
            "文件里没有 {codes} 等 {count} 个现有网格，它们将终止",
            "{count} grids in force are not in the file and will end: {codes}",
        ),
        Say("若不该终止，请在文件里补上", "Add those that should stay to the file"),
    ),
    "parts_missing": Wording(
        Say(
            "{codes} 现有 {count} 个下级网格，文件里一个都没有",
            "{codes} has {count} grids in force, of which the file brings none",
        ),
        Say(
            "多半是选了村级图层：换成网格图层，或把下级网格一起放进文件",
            "This is probably a layer of villages: choose the one with the grids, or put the grids into the file too",
        ),
    ),
    "cluster_left_out": Wording(
        Say(
            "连片网格 {codes} 由成员拼成，不从文件导入",
            "Cluster grids are built from their members and not read from files: {codes}",
        ),
        Say("在草案里给村或网格指定连片", "Name the cluster of villages or grids in the draft"),
    ),
    "empty_shape": Wording(
        Say("第 {row} 个要素没有图形", "Feature {row} has no shape"),
        Say("补画图形，或删掉这一行", "Draw its shape, or delete the row"),
    ),
    "wrong_shape": Wording(
        Say("第 {row} 个要素不是面：{reason}", "Feature {row} is no polygon: {reason}"),
        Say("网格必须是面；删掉点和线，或转成面", "A grid must be a polygon; delete points and lines or convert them"),
    ),
    "out_of_range": Wording(
        Say(
            "第 {row} 个要素的坐标超出范围或不是数", "Feature {row} has coordinates out of range or that are no numbers"
        ),
        Say(
            "检查坐标系选得对不对，或改正这一处坐标",
            "See whether the right coordinate system was chosen, or mend these coordinates",
        ),
    ),
    "too_many_vertices": Wording(
        Say(
            "第 {row} 个要素有 {vertices} 个顶点，上限 {limit}",
            "Feature {row} has {vertices} vertices; the limit is {limit}",
        ),
        Say("在制图软件里把边界简化（容差 0.5 米即可）", "Simplify the outline (0.5 m tolerance is enough)"),
    ),
    "several_parts": Wording(
        Say("{codes} 由 {count} 块组成", "{codes} has {count} parts"),
        Say("飞地没有问题；若不是飞地请检查", "An exclave is fine; otherwise look at it"),
    ),
    "extra_dimension": Wording(
        Say("图形带高程等第三维，已去掉", "The shapes carried heights or measures, which were dropped"),
        Say("不用处理", "Nothing to do"),
    ),
    "gcj02_suspected": Wording(
        Say(
            "整个图层与现有网偏移约 {metres} 米，像是火星坐标（GCJ-02）；纠偏后相差约 {after_metres} 米",
            "The layer lies about {metres} m off the net, as GCJ-02 does; shifted back it is {after_metres} m off",
        ),
        Say("确认后选“按火星坐标纠偏”重新读", "If so, read the file again as GCJ-02"),
    ),
    "swapped_axes": Wording(
        Say("横纵坐标像是写反了", "x and y seem to be exchanged"),
        Say("选“交换坐标”修复，并在地图上核对", "Use the repair and look at the map"),
    ),
    "far_away": Wording(
        Say("图层离本县约 {km} 公里", "The layer lies about {km} km from this county"),
        Say(
            "多半是坐标系选错了，请换一种并在地图上核对",
            "The coordinate system is probably wrong; choose another and look at the map",
        ),
    ),
    "nothing_to_import": Wording(
        Say("没有可以导入的网格", "There is no grid to bring in"),
        _MEND_IN_SOFTWARE,
    ),
}
"""Every kind of problem of a dry run."""

REASONS: dict[str, Say] = {
    "self_intersection": Say("边界自己与自己相交", "it crosses itself"),
    "ring_self_intersection": Say("边界自己与自己相碰", "it touches itself"),
    "hole_outside": Say("洞在外环之外", "a hole lies outside the outline"),
    "nested_holes": Say("洞套着洞", "a hole lies in another hole"),
    "nested_shells": Say("各部分互相嵌套或重叠", "its parts lie in one another"),
    "interior_cut": Say("内部被洞切断", "holes cut its inside in two"),
    "duplicate_rings": Say("有重复的环", "a ring stands there twice"),
    "too_few_points": Say("环的点少于三个", "a ring has fewer than three points"),
    "unclosed": Say("环没有闭合", "a ring is not closed"),
    "collapsed": Say("面积为零", "it has no area"),
    "invalid": Say("图形无效", "it is not valid"),
    "not_numbers": Say("坐标不是数字", "its coordinates are not numbers"),
    "nesting": Say("坐标的层次不对", "its coordinates are nested wrongly"),
    "no_type": Say("没有写明图形类型", "its type is not given"),
    "point": Say("是点", "it is a point"),
    "line": Say("是线", "it is a line"),
    "collection": Say("是混合图形", "it is a mixed collection"),
    "not_a_feature": Say("不是要素", "it is no feature"),
    "curve": Say("含有曲线", "it contains curves"),
}
"""Fills `{reason}`."""

_MAX_CODES = 5


def refused(error: FileRefused) -> Malformed | TooLarge:
    """The problem that says why a file is not taken."""
    values: dict[str, Any] = dict(error.values)
    what = REFUSED_WHAT.get(str(values.get("what", "too_much")), REFUSED_WHAT["too_much"])
    template = REFUSALS[error.code]
    sentence = Say(*(one.format(what=of.format_map(values)) for one, of in zip(template, what, strict=True)))
    return Malformed(error.code, sentence, fields=(FieldError("file", sentence, error.code),))


def spoken(wording: Wording, finding: Finding) -> tuple[Say, Say]:
    """The two sentences about a finding, its numbers filled in."""
    return _filled(wording.sentence, finding), _filled(wording.what_to_do, finding)


def _filled(template: Say, finding: Finding) -> Say:
    return Say(
        *(one.format_map(_values(finding, english)) for one, english in zip(template, (False, True), strict=True))
    )


def _values(finding: Finding, english: bool) -> Mapping[str, str]:
    told = {key: _value(key, value, english) for key, value in finding.values.items()}
    separator = ", " if english else "、"
    codes = separator.join(finding.codes[:_MAX_CODES]) + ("…" if len(finding.codes) > _MAX_CODES else "")
    told["codes"] = codes or ("it" if english else "它")
    told["area"] = _area(finding.area_m2 or 0.0, english)
    told["width"] = _width(finding.width_m or 0.0, english)
    told["row"] = str(finding.features[0] + 1) if finding.features else "?"
    return told


def _value(key: str, value: Any, english: bool) -> str:
    if key == "reason":
        reason = REASONS.get(str(value), REASONS["invalid"])
        return reason.en if english else reason.zh
    if key in {"more", "less"}:
        return _area(float(value), english)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _area(area_m2: float, english: bool) -> str:
    if area_m2 >= 1e5:
        return f"{area_m2 / 1e6:.2f} km²" if english else f"{area_m2 / 1e6:.2f} 平方公里"
    amount = f"{area_m2:.0f}" if area_m2 >= 10 else f"{area_m2:.1f}"
    return f"{amount} m²" if english else f"{amount} 平方米"


def _width(width_m: float, english: bool) -> str:
    amount = f"{width_m:.0f}" if width_m >= 10 else f"{width_m:.2f}"
    return f"{amount} m" if english else f"{amount} 米"
