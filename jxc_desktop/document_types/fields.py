"""Fields and columns that several document types share."""

from decimal import Decimal

from jxc_desktop.document_types.schema import Field
from jxc_desktop.document_types.schema import FieldType as T
from jxc_desktop.i18n import N_

DATE = Field("date", N_("Date"), T.DATE, required=True, width=100,
             synonyms=("日期", "单据日期", "业务日期", "订单日期", "出库日期", "入库日期"))
SUPPLIER = Field("partner_id", N_("Supplier"), T.SUPPLIER, required=True, width=180,
                 synonyms=("供应商", "供应商名称", "往来单位", "供货商"))
CUSTOMER = Field("partner_id", N_("Customer"), T.CUSTOMER, required=True, width=180,
                 synonyms=("客户", "客户名称", "购货单位", "往来单位"))
WAREHOUSE = Field("warehouse_id", N_("Warehouse"), T.WAREHOUSE, required=True, width=100,
                  synonyms=("仓库", "仓库名称", "店仓"))
FROM_WAREHOUSE = Field("warehouse_id", N_("From warehouse"), T.WAREHOUSE, required=True, width=100,
                       synonyms=("调出仓库", "移出仓库"))
TO_WAREHOUSE = Field("to_warehouse_id", N_("To warehouse"), T.WAREHOUSE, required=True, width=100,
                     synonyms=("调入仓库", "移入仓库"))
EMPLOYEE = Field("employee_id", N_("Handled by"), T.EMPLOYEE, width=90, synonyms=("经手人", "业务员", "采购员"))
DUE_DATE = Field("due_date", N_("Promised date"), T.DATE, width=100, synonyms=("交货日期", "预计到货", "到期日"))
NEEDED_BY = Field("due_date", N_("Needed by"), T.DATE, width=100, synonyms=("需求日期", "要求到货日期"))
ADDRESS = Field("address", N_("Delivery address"), width=200, synonyms=("送货地址", "收货地址", "地址"))
CONTACT = Field("contact", N_("Contact"), width=120, max_length=80, synonyms=("联系人", "收货人"))
PHONE = Field("phone", N_("Phone"), width=120, max_length=40, synonyms=("电话", "联系电话", "手机"))
SETTLEMENT = Field("settlement", N_("Settlement"), T.CHOICE, default="monthly", width=80, synonyms=("结算方式",),
                   choices=(("cash", N_("Cash")), ("monthly", N_("Monthly")), ("prepaid", N_("Prepaid"))))
TAX_INCLUDED = Field("tax_included", N_("Prices include tax"), T.FLAG, default=True, width=70, synonyms=("含税",))
DISCOUNT_AMOUNT = Field("discount_amount", N_("Total discount"), T.MONEY, default=Decimal("0.00"), width=90,
                        synonyms=("整单优惠", "优惠金额"))
DESTINATION = Field("destination_id", N_("Destination"), T.WAREHOUSE, required=True, width=100,
                    synonyms=("目的仓库", "收货仓库"))
TRANSIT = Field("to_warehouse_id", N_("In transit"), T.WAREHOUSE, required=True, width=100, synonyms=("在途仓库",))
FROM_TRANSIT = Field("warehouse_id", N_("In transit"), T.WAREHOUSE, required=True, width=100, synonyms=("在途仓库",))
FEE = Field("fee", N_("Fee"), T.MONEY, default=Decimal("0.00"), width=90, permission="see_cost",
            synonyms=("费用", "费用金额", "加工费"))
FEE_BASIS = Field("fee_basis", N_("Share by"), T.CHOICE, required=True, default="quantity", width=80,
                  synonyms=("分摊方式",), choices=(("quantity", N_("Quantity")), ("value", N_("Amount")),
                                               ("equal", N_("Equal shares"))))
BLIND = Field("blind", N_("Blind count"), T.FLAG, default=False, width=70, synonyms=("盲盘",))
UNCOUNTED = Field("uncounted", N_("Lines not counted"), T.CHOICE, required=True, default="skip", width=90,
                  synonyms=("未盘处理",), choices=(("skip", N_("Leave out")), ("zero", N_("Count as zero"))))
REASON = Field("reason", N_("Reason"), T.CHOICE, default="other", width=90, synonyms=("原因", "类型"), choices=(
    ("gain", N_("Count gain")), ("loss", N_("Count loss")), ("scrap", N_("Scrap")), ("use", N_("Own use")),
    ("sample", N_("Sample or gift")), ("other", N_("Other"))))
REMARK = Field("remark", N_("Remark"), T.TEXT, width=160, max_length=500, hide_rank=9, synonyms=("备注", "说明"))

ITEM = Field("item_id", N_("Item"), T.ITEM, required=True, width=200,
             synonyms=("商品编码", "编码", "货号", "商品", "条码", "品名", "商品名称", "产品名称"))
ROLE = Field("role", N_("Line type"), T.CHOICE, required=True, default="use", width=70, synonyms=("类型", "子件或成品"),
             choices=(("use", N_("Used")), ("make", N_("Made"))))
LOT = Field("lot", N_("Lot"), T.LOT, width=110, max_length=60, hide_rank=3, feature="use_lots",
            synonyms=("批号", "批次", "批次号"))
PRODUCTION_DATE = Field("production_date", N_("Produced on"), T.DATE, width=96, hide_rank=7, feature="use_lots",
                        synonyms=("生产日期",))
EXPIRY_DATE = Field("expiry_date", N_("Expires on"), T.DATE, width=96, hide_rank=4, feature="use_lots",
                    synonyms=("有效期至", "到期日期", "失效日期", "保质期至"))
SERIALS = Field("serials", N_("Serial numbers"), T.SERIALS, width=90, max_length=100_000, hide_rank=3,
                feature="use_serials", synonyms=("序列号", "SN", "串号"))
TRACKED = (LOT, SERIALS)
NEW_TRACKED = (LOT, PRODUCTION_DATE, EXPIRY_DATE, SERIALS)
UNIT = Field("unit_id", N_("Unit"), T.UNIT, width=56, hide_rank=6, synonyms=("单位", "计量单位"))
AVAILABLE = Field("available", N_("Available"), T.QUANTITY, shown_only=True, width=116)
QUANTITY = Field("quantity", N_("Quantity"), T.QUANTITY, required=True, width=84, synonyms=("数量", "件数", "销售数量"))
PRICE = Field("price", N_("Price"), T.PRICE, width=96, synonyms=("单价", "售价", "进价", "含税单价"))
UNIT_COST = Field("price", N_("Unit cost"), T.PRICE, width=96, permission="see_cost",
                  synonyms=("成本单价", "单价", "成本价", "进价"))
DISCOUNT = Field("discount", N_("Discount"), T.DISCOUNT, width=74, hide_rank=8, synonyms=("折扣",))
TAX_RATE = Field("tax_rate", N_("Tax rate"), T.RATE, width=64, hide_rank=7, synonyms=("税率",))
AMOUNT = Field("amount", N_("Amount"), T.MONEY, width=104, synonyms=("金额", "价税合计"))
COST_AMOUNT = Field("amount", N_("Cost amount"), T.MONEY, width=104, permission="see_cost",
                    synonyms=("成本金额", "金额", "期初金额"))
GIFT = Field("gift", N_("Gift"), T.FLAG, default=False, width=48, hide_rank=8, synonyms=("赠品",))
BOOK = Field("book", N_("Book quantity"), T.QUANTITY, read_only=True, width=90, zero=True, synonyms=("账面数量",))
COUNTED = Field("quantity", N_("Counted"), T.QUANTITY, width=84, zero=True, synonyms=("盘点数量", "实盘数量", "数量"))
DIFFERENCE = Field("difference", N_("Difference"), T.QUANTITY, shown_only=True, width=90)
COUNTER = Field("counter", N_("Counted by"), width=90, max_length=80, hide_rank=8, synonyms=("盘点人",))
LINE_REASON = Field("reason", N_("Reason"), T.CHOICE, width=90, hide_rank=7, synonyms=("差异原因", "原因"), choices=(
    ("damaged", N_("Damaged")), ("lost", N_("Lost")), ("found", N_("Found")), ("mixed", N_("Mixed up")),
    ("unit", N_("Wrong unit")), ("unbooked", N_("Not booked")), ("other", N_("Other"))))
REVALUE = Field("revalue", N_("New cost for all"), T.FLAG, default=False, width=70, permission="see_cost", hide_rank=9)
CURRENT_COST = Field("current_cost", N_("Current cost"), T.PRICE, shown_only=True, width=96, permission="see_cost")
NEW_COST = Field("price", N_("New unit cost"), T.PRICE, width=96, permission="see_cost",
                 synonyms=("新成本单价", "调后单价"))
VALUE_CHANGE = Field("amount", N_("Change of value"), T.MONEY, width=104, permission="see_cost", signed=True,
                     synonyms=("调整金额",))
FEE_SHARE = Field("amount", N_("Share"), T.MONEY, width=104, permission="see_cost", signed=True,
                  synonyms=("分摊金额", "金额"))
RECEIVED = Field("received", N_("Received"), T.QUANTITY, shown_only=True, width=90)
LINE_REMARK = Field("remark", N_("Remark"), T.TEXT, width=140, max_length=200, hide_rank=9,
                    synonyms=("备注", "明细备注"))

TRADE_COLUMNS = (ITEM, UNIT, AVAILABLE, QUANTITY, PRICE, DISCOUNT, TAX_RATE, AMOUNT, *TRACKED, LINE_REMARK)
RECEIPT_COLUMNS = (*TRADE_COLUMNS[:-3], *NEW_TRACKED, LINE_REMARK)
SALES_COLUMNS = (*TRADE_COLUMNS[:-1], GIFT, LINE_REMARK)
ORDER_COLUMNS = (ITEM, UNIT, AVAILABLE, QUANTITY, PRICE, DISCOUNT, TAX_RATE, AMOUNT, LINE_REMARK)
SALES_ORDER_COLUMNS = (*ORDER_COLUMNS[:-1], LOT, GIFT, LINE_REMARK)
