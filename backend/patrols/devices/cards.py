"""How each app is set up: what to scan, or what to type where. Pure; the only place that knows the apps' own links."""

import base64
import json
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

import segno

from backend.errors import Say
from backend.patrols.devices.protocols import Protocol

# A position at most this often, and what is sent at most this long after: frequent enough to see a street, rare enough for
# a battery that lasts the shift.
INTERVAL_S, SEND_S = 15, 120


@dataclass(frozen=True)
class SetUpCard:
    """One app's way in. `link` is scanned by the app and sets everything; `opens` does the same when it is tapped on the
    phone that has the app; `address` is to be typed where there is neither."""

    app: str
    address: str
    steps: Say
    link: str | None = None
    opens: str | None = None

    @property
    def qr(self) -> str | None:
        """The link as a QR code: a data URI of an SVG image."""
        if self.link is None:
            return None
        drawn = segno.make(self.link, error="m", micro=False)
        return drawn.svg_data_uri(scale=4, border=2, omitsize=True)


def set_up_cards(protocol: Protocol, base_url: str, token: str, name: str) -> tuple[SetUpCard, ...]:
    """The cards of a protocol's apps. `base_url` is that of this server as phones reach it."""
    address = f"{base_url.rstrip('/')}/in/{protocol}/{token}"
    return _CARDS[protocol](address, token, name)


def _osmand(address: str, _token: str, name: str) -> tuple[SetUpCard, ...]:
    wishes = {
        "id": name,
        "accuracy": "high",
        "distance": 0,
        "interval": INTERVAL_S,
        "buffer": "true",
        "stop_detection": "false",
    }
    traccar = SetUpCard(
        "Traccar Client",
        address,
        Say(
            "在 App 里点“扫描二维码”扫下面的码；或在“服务器地址”里填下面的网址，位置精度选“高”，频率填 15 "
            "秒，打开“离线缓存”，然后打开“持续跟踪”。",
            "Scan the code with the app's own QR scanner, or type the address as server URL; accuracy high, "
            "interval 15 s, "
            "offline buffering on; then start tracking.",
        ),
        f"{address}?{urlencode(wishes)}",
        # An https link would open the browser; the app's own scheme takes the address as a value. Its host means nothing.
        f"org.traccar.client://config?{urlencode({'url': address} | wishes)}",
    )
    # OsmAnd writes metres per second where this form has knots, so its template leaves the speed out.
    template = f"{address}?lat={{0}}&lon={{1}}&timestamp={{2}}&hdop={{3}}&altitude={{4}}&bearing={{6}}"
    osmand = SetUpCard(
        "OsmAnd",
        template,
        Say(
            "打开“行程记录”插件，在“在线跟踪”的“网址”里填下面的整行，间隔选 15 秒，时间缓冲选“无限制”或最大。",
            "In the trip recording plugin set the web address of online tracking to the whole line, interval 15 s.",
        ),
    )
    return traccar, osmand


def _overland(address: str, token: str, name: str) -> tuple[SetUpCard, ...]:
    base = address.rpartition("/")[0]
    setup = urlencode({"url": base, "token": token, "device_id": name}, quote_via=quote)
    link = f"overland://setup?{setup}"
    return (
        SetUpCard(
            "Overland",
            address,
            Say(
                "用手机相机扫下面的码，在 Overland 里确认；或在“接收端网址”里填下面的网址，访问令牌留空，"
                "然后打开跟踪。",
                "Scan the code with the phone's camera and confirm in Overland, or type the address as "
                "receiver endpoint "
                "with no access token; then turn tracking on.",
            ),
            link,
            link,
        ),
    )


def _owntracks(address: str, token: str, name: str) -> tuple[SetUpCard, ...]:
    configuration = {
        "_type": "configuration",
        "mode": 3,
        "url": address,
        "auth": False,
        "deviceId": name,
        "tid": token[:2],
        "monitoring": 2,
        "locatorInterval": INTERVAL_S,
    }
    link = f"owntracks:///config?inline={quote(_base64(configuration), safe='')}"
    return (
        SetUpCard(
            "OwnTracks",
            address,
            Say(
                "用手机相机扫下面的码，在 OwnTracks 里确认导入；或在“连接”里模式选 HTTP、网址填下面的网址，"
                "加密密钥必须留空，监控模式选“移动”。",
                "Scan the code with the phone's camera and confirm the import, or choose mode HTTP under "
                "connection and type the "
                "address as URL; leave the encryption key empty; monitoring mode: move.",
            ),
            link,
            link,
        ),
    )


def _gpslogger(address: str, _token: str, _name: str) -> tuple[SetUpCard, ...]:
    return (
        SetUpCard(
            "GPSLogger",
            f"{address}?%ALL",
            Say(
                "在“记录详情”里打开“记录到自定义网址”，网址填下面的整行，方法 GET，正文和请求头留空；"
                "记录间隔填 15 秒。它重试三次后会丢掉位置，信号差的地方请改用别的 App。",
                "Under logging details turn on custom URL and type the whole line, method GET, no body and "
                "no headers; interval "
                "15 s. It drops a position after three failed tries: choose another app where the signal is bad.",
            ),
        ),
    )


def _gpx(address: str, _token: str, _name: str) -> tuple[SetUpCard, ...]:
    return (
        SetUpCard(
            "GPX",
            address,
            Say(
                "App 支持“上传 GPX 到网址”的，填下面的网址，表单字段名 file，方法 POST；也可以在电脑上用 "
                "curl 上传。每次最多 5 MB、2 万个点。",
                "In an app that uploads GPX files, type the address; form field file, method POST. Or upload "
                "with curl. "
                "At most 5 MB and 20,000 points at once.",
            ),
        ),
    )


def _opengts(address: str, _token: str, _name: str) -> tuple[SetUpCard, ...]:
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return (
        SetUpCard(
            "GPSLogger (OpenGTS)",
            address,
            Say(
                f"在“OpenGTS”里：服务器 {parts.hostname}，端口 {port}，通信方式 {parts.scheme.upper()} GET，"
                f"路径 {parts.path}，设备名任意。",
                f"Under OpenGTS: server {parts.hostname}, port {port}, {parts.scheme.upper()} GET, path "
                f"{parts.path}, any device.",
            ),
        ),
    )


def _ulogger(address: str, _token: str, _name: str) -> tuple[SetUpCard, ...]:
    return (
        SetUpCard(
            "μlogger",
            address,
            Say(
                "在设置里把“服务器地址”填成下面的网址（App 会自己加后面的部分），用户名和密码随便填但不能空，"
                "打开“实时同步”，最短时间填 15 秒。",
                "In the settings type the address as server (the app adds the rest), any user name and password, live "
                "synchronisation on, minimum time 15 s.",
            ),
        ),
    )


def _colota(address: str, _token: str, _name: str) -> tuple[SetUpCard, ...]:
    wishes = {
        "endpoint": address,
        "interval": INTERVAL_S,
        "syncInterval": SEND_S,
        "apiTemplate": "custom",
        "httpMethod": "POST",
        "isOfflineMode": False,
        "auth": {"type": "none"},
    }
    link = f"colota://setup?config={quote(_base64(wishes), safe='')}"
    return (
        SetUpCard(
            "Colota",
            address,
            Say(
                "用手机相机扫下面的码，在 Colota 里确认；或在“服务器”里把网址填成下面的网址，模板选“自定义”，"
                "方法 POST。",
                "Scan the code with the phone's camera and confirm in Colota, or type the address as "
                "endpoint with the custom "
                "template, method POST.",
            ),
            link,
            link,
        ),
    )


def _traccar(address: str, _token: str, _name: str) -> tuple[SetUpCard, ...]:
    return (
        SetUpCard(
            "Traccar (server)",
            address,
            Say(
                "在 Traccar 的配置文件里加三项：forward.enable 为 true，forward.type 为 json，forward.url "
                "为下面的网址。只接收创建时填写的那台设备。",
                "Add three entries to Traccar's configuration: forward.enable true, forward.type json, "
                "forward.url the address. "
                "Only the device named here is followed.",
            ),
        ),
    )


def _base64(content: dict[str, object]) -> str:
    return base64.b64encode(json.dumps(content, ensure_ascii=False).encode()).decode()


_CARDS = {
    Protocol.OSMAND: _osmand,
    Protocol.OVERLAND: _overland,
    Protocol.OWNTRACKS: _owntracks,
    Protocol.GPSLOGGER: _gpslogger,
    Protocol.GPX: _gpx,
    Protocol.OPENGTS: _opengts,
    Protocol.ULOGGER: _ulogger,
    Protocol.COLOTA: _colota,
    Protocol.TRACCAR: _traccar,
}
