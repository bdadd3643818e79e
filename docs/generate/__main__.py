"""`python -m docs.generate`: write the generated pages."""

from __future__ import annotations

from docs.generate import ROOT, pages

for path, text in pages().items():
    old = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(text, encoding="utf-8")
    print(f"{path.relative_to(ROOT)}: {'unchanged' if text == old else 'written'}")  # noqa: T201
