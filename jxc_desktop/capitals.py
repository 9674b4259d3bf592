"""Amounts of money in Chinese capitals (大写), as banks and the accounting rules want them.

整 always stands after 元 and 角, never after 分; one 零 stands for any gap, also between 元 and 角 when
the number of 元 ends in 0. The caller writes 人民币 in front, without a gap.
"""

from decimal import Decimal

from jxc_desktop.values import money

LIMIT = Decimal(10) ** 16  # 仟万亿 is the highest place that can be read without repeating 亿

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


def capitals(amount: Decimal) -> str:
    """`amount` in capitals: 1409.50 is 壹仟肆佰零玖元伍角整. ValueError for parts of a cent or too much."""
    if not amount.is_finite() or abs(amount) >= LIMIT or money(amount) != amount:
        raise ValueError(f"no amount for capitals: {amount}")
    yuan, cents = divmod(int(abs(amount) * 100), 100)
    jiao, fen = divmod(cents, 10)
    text = _whole(yuan) + "元" if yuan else ""
    if yuan and ((jiao and yuan % 10 == 0) or (fen and not jiao)):
        text += "零"
    if jiao:
        text += _DIGITS[jiao] + "角"
    text += _DIGITS[fen] + "分" if fen else "整"
    if not yuan and not cents:
        return "零元整"
    return "负" + text if amount < 0 else text


def _whole(number: int) -> str:
    """A positive whole number: sections of 亿 and 万, each read like a number of its own."""
    for section, name in ((10**8, "亿"), (10**4, "万")):
        if number >= section:
            high, low = divmod(number, section)
            gap = "零" if 0 < low < section // 10 else ""
            return _whole(high) + name + gap + (_whole(low) if low else "")
    return _thousands(number)


def _thousands(number: int) -> str:
    """1 to 9999: inner zeros shrink to one 零, those at the end vanish."""
    text = ""
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += _DIGITS[digit] + _PLACES[place]
        elif text and not text.endswith("零"):
            text += "零"
    return text.rstrip("零")
