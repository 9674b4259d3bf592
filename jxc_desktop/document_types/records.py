"""Master data as record types: one form, one list, one import for all of them."""

from decimal import Decimal

from jxc_desktop.document_types.schema import Child, Field, RecordType
from jxc_desktop.document_types.schema import FieldType as T
from jxc_desktop.i18n import N_

CODE = Field("code", N_("Code"), required=True, max_length=40, width=110,
             synonyms=("编码", "编号", "商品编码", "货号", "客户编码", "供应商编码"))
NAME = Field("name", N_("Name"), required=True, max_length=120, width=220,
             synonyms=("名称", "品名", "商品名称", "产品名称", "客户名称", "供应商名称", "公司名称"))
ACTIVE = Field("active", N_("Active"), T.FLAG, default=True, width=60, synonyms=("启用", "状态"))
REMARK = Field("remark", N_("Remark"), T.NOTE, max_length=1000, width=160, synonyms=("备注",))
CONTACT = Field("contact", N_("Contact"), max_length=80, width=90, synonyms=("联系人",))
PHONE = Field("phone", N_("Phone"), max_length=40, width=120, synonyms=("电话", "手机", "联系电话"))
ADDRESS = Field("address", N_("Address"), max_length=200, width=220, synonyms=("地址", "送货地址"))
NEGATIVE = (("forbid", N_("Forbid")), ("warn", N_("Warn")), ("allow", N_("Allow")))
COSTS = (("original", N_("Their own cost")), ("current", N_("The current cost")))

ITEM = RecordType(
    key="item", title=N_("Item"), icon="package",
    fields=(
        CODE, NAME,
        Field("spec", N_("Spec"), max_length=120, width=130, synonyms=("规格", "规格型号", "型号")),
        Field("brand", N_("Brand"), max_length=60, width=90, synonyms=("品牌",)),
        Field("category_id", N_("Category"), T.CATEGORY, width=100, synonyms=("分类", "类别", "分类名称")),
        Field("unit_id", N_("Base unit"), T.UNIT, required=True, width=70, synonyms=("单位", "基本单位")),
        Field("purchase_price", N_("Purchase price"), T.PRICE, width=90, permission="see_cost",
              synonyms=("进价", "采购价", "参考进价")),
        Field("sale_price", N_("Sale price"), T.PRICE, width=90, synonyms=("售价", "销售价", "零售价", "单价")),
        Field("minimum_price", N_("Minimum price"), T.PRICE, width=90, synonyms=("最低售价",)),
        Field("tax_rate", N_("Tax rate"), T.RATE, default=Decimal("0.13"), width=64, synonyms=("税率",)),
        Field("reorder_point", N_("Reorder point"), T.QUANTITY, width=90,
              synonyms=("最低库存", "补货点", "库存下限", "安全库存")),
        Field("maximum", N_("Maximum stock"), T.QUANTITY, width=90, synonyms=("最高库存", "库存上限")),
        Field("replenishment", N_("Replenish"), T.CHOICE, required=True, default="min_max", width=90, choices=(
            ("min_max", N_("Up to the maximum")), ("level", N_("By lot size")))),
        Field("lot_size", N_("Lot size"), T.QUANTITY, width=90, synonyms=("订货批量",)),
        Field("order_multiple", N_("Order multiple"), T.QUANTITY, width=90, synonyms=("订货倍数",)),
        Field("order_minimum", N_("Minimum order"), T.QUANTITY, width=90, synonyms=("起订量", "最小订货量")),
        Field("lead_days", N_("Lead time (days)"), T.INTEGER, limit=3650, width=80, synonyms=("采购周期", "交货周期")),
        Field("supplier_id", N_("Usual supplier"), T.SUPPLIER, width=140, synonyms=("主供应商", "默认供应商")),
        Field("cost_method", N_("Cost method"), T.CHOICE, required=True, until_moved=True,
              default="moving_average", width=110, synonyms=("成本算法", "计价方法"), choices=(
                  ("moving_average", N_("Moving average")), ("fifo", N_("First in, first out")))),
        Field("standard_cost", N_("Standard cost"), T.PRICE, width=90, permission="see_cost",
              synonyms=("标准成本", "预估成本")),
        Field("tracking", N_("Tracked by"), T.CHOICE, required=True, until_moved=True, default="none", width=90,
              feature="use_lots use_serials", synonyms=("批次管理", "批号管理"),
              choices=(("none", N_("Nothing")), ("lot", N_("Lots")), ("serial", N_("Serial numbers")))),
        Field("shelf_life_days", N_("Shelf life (days)"), T.INTEGER, limit=36500, width=80, feature="use_lots",
              synonyms=("保质期", "保质期天数")),
        Field("expiry_alert_days", N_("Warn before expiry (days)"), T.INTEGER, limit=3650, width=80,
              feature="use_lots", synonyms=("预警天数",)),
        Field("serial_once", N_("A serial number comes in once"), T.FLAG, default=False, width=70,
              feature="use_serials"),
        Field("negative_stock", N_("Negative stock"), T.CHOICE, width=90, choices=NEGATIVE),
        Field("stocked", N_("Kept in stock"), T.FLAG, default=True, width=70, synonyms=("管库存",)),
        ACTIVE, REMARK,
        Field("picture", N_("Picture"), T.PICTURE),
    ),
    children=(
        Child("item_unit", N_("Pack units"), (
            Field("unit_id", N_("Unit"), T.UNIT, required=True, width=90),
            Field("factor", N_("Base units in it"), T.FACTOR, required=True, width=120),
            Field("per", N_("In so many packs"), T.FACTOR, required=True, default=Decimal(1), width=110),
            Field("sale_price", N_("Sale price"), T.PRICE, width=100),
            Field("purchase_price", N_("Purchase price"), T.PRICE, width=100, permission="see_cost"))),
        Child("barcode", N_("Barcodes"), (
            Field("code", N_("Barcode"), required=True, max_length=60, width=160),
            Field("unit_id", N_("Unit"), T.UNIT, width=90))),
        Child("recipe_line", N_("Recipe"), (
            Field("component_id", N_("Component"), T.ITEM, required=True, width=200),
            Field("quantity", N_("Quantity"), T.QUANTITY, required=True, width=90))),
        Child("stock_level", N_("Stock levels"), (
            Field("warehouse_id", N_("Warehouse"), T.WAREHOUSE, required=True, width=140),
            Field("reorder_point", N_("Reorder point"), T.QUANTITY, width=110),
            Field("maximum", N_("Maximum stock"), T.QUANTITY, width=110))),
    ),
    list_columns=("code", "name", "spec", "brand", "category_id", "unit_id", "purchase_price", "sale_price",
                  "reorder_point", "active"),
)

PARTNER = RecordType(
    key="partner", title=N_("Partner"), icon="users",
    fields=(
        CODE, NAME,
        Field("customer", N_("Is a customer"), T.FLAG, default=True, width=60, synonyms=("客户",)),
        Field("supplier", N_("Is a supplier"), T.FLAG, default=False, width=60, synonyms=("供应商",)),
        CONTACT, PHONE, ADDRESS,
        Field("tax_number", N_("Tax number"), max_length=40, width=140, synonyms=("税号", "纳税人识别号")),
        Field("bank", N_("Bank and account"), max_length=120, width=160, synonyms=("开户行", "银行账号")),
        Field("settlement", N_("Settlement"), T.CHOICE, default="monthly", width=80, synonyms=("结算方式",),
              choices=(("cash", N_("Cash")), ("monthly", N_("Monthly")), ("prepaid", N_("Prepaid")))),
        Field("credit_limit", N_("Credit limit"), T.MONEY, width=100, synonyms=("信用额度",)),
        ACTIVE, REMARK,
    ),
    list_columns=("code", "name", "customer", "supplier", "contact", "phone", "address", "settlement",
                  "credit_limit", "active"),
)

WAREHOUSE = RecordType(
    key="warehouse", title=N_("Warehouse"), icon="warehouse",
    fields=(CODE, NAME, ADDRESS, CONTACT, PHONE,
            Field("negative_stock", N_("Negative stock"), T.CHOICE, width=90, choices=NEGATIVE),
            Field("in_transit", N_("Goods in transit"), T.FLAG, default=False, width=70, synonyms=("在途仓",)),
            ACTIVE, REMARK),
    list_columns=("code", "name", "address", "contact", "phone", "active"),
)

UNIT = RecordType(
    key="unit", title=N_("Unit"), icon="ruler",
    fields=(Field("name", N_("Name"), required=True, max_length=20, width=100, synonyms=("单位", "名称")),
            Field("decimals", N_("Decimals"), T.INTEGER, required=True, default=0, limit=4, width=80,
                  synonyms=("小数位", "小数位数"))),
    list_columns=("name", "decimals"),
)

CATEGORY = RecordType(
    key="category", title=N_("Category"), icon="layers",
    fields=(NAME, Field("parent_id", N_("Above it"), T.CATEGORY, width=160, synonyms=("上级", "上级分类"))),
    list_columns=("name", "parent_id"),
)

ROLES = (("administrator", N_("Administrator")), ("manager", N_("Manager")), ("buyer", N_("Buyer")),
         ("salesperson", N_("Salesperson")), ("clerk", N_("Warehouse clerk")), ("accountant", N_("Accountant")),
         ("steward", N_("Data steward")))

EMPLOYEE = RecordType(
    key="employee", title=N_("Employee"), icon="user",
    fields=(CODE, NAME, PHONE,
            Field("role", N_("Role"), T.CHOICE, default="clerk", width=100, choices=ROLES),
            ACTIVE, REMARK),
    list_columns=("code", "name", "phone", "role", "active"),
)

FOLLOW = (("auto", N_("By itself")), ("ask", N_("Ask")), ("off", N_("Off")))

COMPANY = RecordType(
    key="company", title=N_("Company"), icon="building-2", single=True,
    fields=(
        NAME, PHONE, ADDRESS,
        Field("tax_number", N_("Tax number"), max_length=40),
        Field("bank", N_("Bank and account"), max_length=120),
        Field("taxpayer", N_("Taxpayer"), T.CHOICE, required=True, default="general", choices=(
            ("general", N_("General (stock valued without tax)")),
            ("small", N_("Small-scale (stock valued with tax)")))),
        Field("tax_included", N_("Prices include tax"), T.FLAG, default=True),
        Field("negative_stock", N_("Negative stock"), T.CHOICE, required=True, default="forbid",
              choices=NEGATIVE),
        Field("over_receipt", N_("Over-receipt tolerance"), T.RATE, default=Decimal("0")),
        Field("over_delivery", N_("Over-delivery tolerance"), T.RATE, default=Decimal("0")),
        Field("cost_level", N_("Cost per"), T.CHOICE, required=True, until_moved=True, default="company", choices=(
            ("company", N_("Company")), ("warehouse", N_("Warehouse")))),
        Field("cost_by_lot", N_("Cost per lot or serial number"), T.FLAG, until_moved=True, default=False),
        Field("return_in_cost", N_("Customer returns come back at"), T.CHOICE, required=True, until_moved=True,
              default="original", choices=COSTS),
        Field("return_out_cost", N_("Supplier returns leave at"), T.CHOICE, required=True, until_moved=True,
              default="original", choices=COSTS),
        Field("late_cost", N_("Cost known after the receipt"), T.CHOICE, required=True, until_moved=True,
              default="prorate", choices=(
            ("prorate", N_("Goes to what is left in stock")), ("repost", N_("Becomes part of the receipt")))),
        Field("ask_restating", N_("Ask before earlier costs change"), T.FLAG, default=True),
        Field("use_lots", N_("Use lots and expiry dates"), T.FLAG, default=False),
        Field("use_serials", N_("Use serial numbers"), T.FLAG, default=False),
        Field("expired_stock", N_("Expired goods"), T.CHOICE, required=True, default="warn",
              feature="use_lots", choices=(
                  ("allow", N_("Allow")), ("warn", N_("Warn")), ("forbid", N_("Forbid")))),
        Field("reserve_on_order", N_("Sales orders reserve stock"), T.FLAG, default=True),
        Field("return_reopens", N_("A customer return reopens its order"), T.FLAG, default=True),
        Field("follow_request", N_("Request what an order lacks"), T.CHOICE, required=True, default="auto",
              choices=FOLLOW),
        Field("follow_delivery", N_("Draft the delivery note of an order"), T.CHOICE, required=True, default="ask",
              choices=FOLLOW),
        Field("serve_waiting", N_("Goods that come in serve waiting orders"), T.FLAG, default=True),
        Field("self_approval", N_("Who prepared a document may approve it"), T.FLAG, default=False),
        Field("hold_minutes", N_("Minutes for which a draft holds its goods"), T.INTEGER, required=True, default=15,
              limit=480),
        Field("slow_days", N_("Goods lie still after days"), T.INTEGER, required=True, default=90, limit=3650),
        Field("dead_days", N_("Goods are dead after days"), T.INTEGER, required=True, default=180, limit=3650),
        Field("cash_limit", N_("Most money to be tied up in stock"), T.MONEY, permission="see_cost"),
        Field("price_jump", N_("Purchase prices jump by more than"), T.RATE, default=Decimal("0.1")),
        Field("count_threshold", N_("Count differences to confirm, above"), T.RATE),
        Field("print_terms", N_("Terms on delivery notes"), T.NOTE, max_length=300),
        Field("print_balance", N_("Print what the customer owes"), T.FLAG, default=False),
        Field("demo", N_("Demo company"), T.FLAG, default=False, read_only=True),
    ),
)

RECORDS = (ITEM, PARTNER, WAREHOUSE, UNIT, CATEGORY, EMPLOYEE, COMPANY)
