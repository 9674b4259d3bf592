"""Who the demo company is and deals with. Everybody is invented; telephone and tax numbers cannot exist."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

COMPANY = {
    "name": "江南渡百货批发有限公司", "phone": "10000000800", "address": "临澜市河埠区批发大道 88 号 3 栋",
    "tax_number": "91000000MA00DEMO00", "bank": "临澜农商银行河埠支行（演示） 0000 0000 0000 0088",
    "taxpayer": "general", "tax_included": True, "negative_stock": "forbid", "return_reopens": False,
    "print_terms": "请当面点清数量，签收后如有质量问题请于 3 日内提出；货款未付清前货物所有权归供方所有。",
    "print_balance": False, "demo": True,
    # through the year people do by hand what they leave to the program in the end
    "follow_request": "off", "follow_delivery": "off", "serve_waiting": False, "price_jump": None,
}
FLOWING = {"serve_waiting": True, "price_jump": Decimal("0.1"), "use_lots": True}
FOLLOWING = {"follow_request": "auto", "follow_delivery": "auto"}

# Whose word documents need: type, level, amount above, role.
APPROVALS = (("purchase_return", 1, 500, "manager"),
             ("sales_order", 1, 20_000, "manager"), ("sales_order", 2, 60_000, "accountant"),
             ("purchase_order", 1, 20_000, "manager"), ("purchase_order", 2, 60_000, "accountant"),
             ("purchase_order", 3, 150_000, "administrator"))
RULES: tuple[dict[str, Any], ...] = (
    {"name": "大额入库提醒", "document_kind": "goods_receipt", "measure": "total", "above": Decimal(5000),
     "action": "alert", "role": "accountant", "message": "大额入库，请安排付款"},
    {"name": "折扣过大", "document_kind": "sales_order", "measure": "discount", "above": Decimal(30),
     "action": "block", "message": "折扣超过三成，请先与经理商定价格"},
    {"name": "大批退货先审批", "document_kind": "sales_return", "measure": "total", "above": Decimal(3000),
     "action": "approve", "role": "manager"})

WAREHOUSES = (("W1", "主仓库", "批发大道 88 号 3 栋一层", "秦大勇"), ("W2", "二号库", "批发大道 96 号后院", "罗小军"),
              ("W3", "门店", "批发大道 88 号临街 12 号", "秦大勇"))
MAIN, SECOND, SHOP = "W1", "W2", "W3"

EMPLOYEES = (("E01", "周雅琴", "administrator"), ("E02", "顾明远", "manager"), ("E03", "沈小梅", "buyer"),
             ("E04", "韩志强", "buyer"), ("E05", "王晓敏", "salesperson"), ("E06", "李文博", "salesperson"),
             ("E07", "秦大勇", "clerk"), ("E08", "罗小军", "clerk"), ("E09", "何静", "accountant"))

SUPPLIERS = ("云岭渡饮品经营部", "牧云乳品酒业商行", "麦秋里食品有限公司", "禾穗里粮油有限公司", "沐晨日化商贸公司",
             "柔禾纸业销售部", "亮巢家居用品厂", "棉里湾针织厂", "青砚斋文具有限公司", "雷燧电工器材公司",
             "铁匠营五金批发部", "护行劳保用品店")
BOTH = ("暖溪季节用品商行", "稚乐湾玩具礼品行")
CONTACTS = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
STREETS = ("人民路", "河埠街", "望澜大道", "青石巷", "桥头路", "码头街", "学院路", "工业园二路", "柳荫路", "东市街")

FOOD, DRINK, GRAIN, CARE = "休闲食品", "酒水饮料", "粮油调味", "清洁洗护"
HOME, PAPER, LIGHT, TOOLS, SEASON = "家居日用", "文化用品", "电工照明", "五金劳保", "季节商品"


@dataclass(frozen=True)
class Trade:
    """A line of business: which goods its customers want, and how much of them."""

    wants: dict[str, float]
    size: float
    level: Decimal  # of the list price


MARKET = Trade({DRINK: 3, FOOD: 3, GRAIN: 2, CARE: 2.5, HOME: 1, PAPER: .5, LIGHT: .5, SEASON: 1}, 1.6, Decimal("0.95"))
CORNER = Trade({DRINK: 4, FOOD: 4, GRAIN: 1, CARE: 1.5, LIGHT: .6, PAPER: .4, SEASON: .7}, .8, Decimal("1"))
KITCHEN = Trade({GRAIN: 6, DRINK: 2, HOME: 1.5, CARE: 1.5}, 1.2, Decimal("0.97"))
SCHOOL = Trade({PAPER: 6, CARE: 1, LIGHT: .6, HOME: .5, SEASON: .4}, 1, Decimal("0.98"))
BUILDER = Trade({TOOLS: 6, LIGHT: 4, HOME: .7, CARE: .3}, 1, Decimal("0.97"))
HOTEL = Trade({CARE: 4, HOME: 3, DRINK: 1.5, LIGHT: .5}, 1.3, Decimal("0.96"))
OFFICE = Trade({PAPER: 4, DRINK: 2, CARE: 1, LIGHT: .7}, .8, Decimal("1"))

CUSTOMERS = (
    ("华澜超市（人民路店）", MARKET), ("华澜超市（学院路店）", MARKET), ("万家灯便民超市", MARKET),
    ("好邻里生鲜超市", MARKET), ("河埠购物中心", MARKET), ("桥头便利店", CORNER),
    ("晨光里便利店", CORNER), ("小满便利店", CORNER), ("码头烟酒店", CORNER),
    ("青石巷杂货铺", CORNER), ("东市副食店", CORNER), ("老灶台酒楼", KITCHEN),
    ("蜀香渡火锅店", KITCHEN), ("柳荫早餐铺", KITCHEN), ("望澜饭店", KITCHEN),
    ("临澜第二小学", SCHOOL), ("临澜实验中学", SCHOOL), ("知行文具店", SCHOOL),
    ("建邦装饰工程部", BUILDER), ("老陈五金店", BUILDER), ("宏图水电安装队", BUILDER),
    ("悦澜酒店", HOTEL), ("驿路快捷宾馆", HOTEL), ("临澜物业服务公司", OFFICE),
    ("启程广告设计室", OFFICE), ("零售客户", CORNER))
WALK_IN = "零售客户"
BOTH_BUY = (MARKET, CORNER)


def phone(serial: int) -> str:
    """A telephone number that no network gives out."""
    return f"1000000{serial:04}"


def tax_number(serial: int) -> str:
    """A number of a region that does not exist."""
    return f"91000000MA00D{serial:05}"
