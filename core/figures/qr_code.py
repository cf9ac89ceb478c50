"""An address as a QR code: a picture that a phone's camera reads."""

from functools import lru_cache

MAX_ADDRESS_LENGTH = 800  # more letters make squares too small for a camera at some distance, and take longer


@lru_cache(maxsize=64)
def qr_code_svg(address: str) -> str:
    """An <svg> of the code, dark on light in every theme, with the margin of four squares that readers need.

    Raises:
        ValueError: it is no address of a page, or too long.
    """
    if len(address) > MAX_ADDRESS_LENGTH:
        raise ValueError("This address is too long for a QR code, and can only be copied.")
    if not address.startswith(("http://", "https://")):
        raise ValueError("This is no address of a page.")
    import segno  # only here: most visitors never ask

    code = segno.make_qr(address, error="l")  # the level is raised as far as the size allows
    return str(code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True))
