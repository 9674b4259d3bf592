"""Pages of a PDF as pictures, for the screen and for the printer."""

from dataclasses import dataclass
from io import BytesIO
from threading import Lock

_pdfium = Lock()  # the library must not be entered by two threads at once


@dataclass(frozen=True)
class PageImage:
    """One page: `pixels` are rows of RGB bytes without padding."""

    width: int
    height: int
    pixels: bytes

    def png(self) -> bytes:
        from PIL import Image

        out = BytesIO()
        Image.frombytes("RGB", (self.width, self.height), self.pixels).save(out, "PNG")
        return out.getvalue()


def page_count(pdf: bytes) -> int:
    import pypdfium2

    with _pdfium, pypdfium2.PdfDocument(pdf) as document:
        return len(document)


def page(pdf: bytes, number: int, dpi: float, *, smooth: bool = True) -> PageImage:
    """Page `number` (from 0); without smoothing for printers that know only black."""
    import pypdfium2

    with _pdfium, pypdfium2.PdfDocument(pdf) as document:
        sheet = document[number]
        bitmap = sheet.render(scale=dpi / 72, rev_byteorder=True, no_smoothtext=not smooth,
                              no_smoothpath=not smooth)
        picture = bitmap.to_pil().convert("RGB")
        sheet.close()
    return PageImage(picture.width, picture.height, picture.tobytes())


def pages(pdf: bytes, dpi: float) -> list[PageImage]:
    """All pages in order."""
    return [page(pdf, number, dpi) for number in range(page_count(pdf))]
