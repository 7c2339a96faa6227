import os, glob
from browser.test_dashboard import *
from browser.test_dashboard import _then
import pytest
def cpu():
    me=os.getpid(); st={}
    for f in glob.glob('/proc/[0-9]*/stat'):
        try:
            with open(f) as h: x=h.read()
        except OSError: continue
        pid=int(f.split('/')[2]); r=x.rsplit(')',1)[1].split()
        st[pid]=(int(r[1]), (int(r[11])+int(r[12]))/100)
    tot=0
    for p in st:
        q=p
        while q in st and q!=me: q=st[q][0]
        if q==me: tot+=st[p][1]
    return tot
@pytest.mark.parametrize(("scheme", "width"), [("light", 320)])
def test_prof(address, open_page, inside, tmp_path, scheme, width):
    page = open_page(address, storage_state=inside, viewport={"width": width, "height": 800}, color_scheme=scheme)
    names = {"article": page.locator("a[href*='/articles/']").first.inner_text(), "query": page.locator("a[href*='q=']").first.inner_text()}
    page.goto(f"{address}/cases")
    link = page.get_by_role("rowheader").first.get_by_role("link").get_attribute("href") or ""
    names["case"] = link.rpartition("/")[2].partition("?")[0]
    T=[0,0,0]
    for number, path in enumerate(PAGES+("?days=7","/articles?sort=-failed&days=7","/cases?measure=outcomes.failed&page=99")):
        a=cpu(); page.goto(address + path.format(**names))
        b=cpu()
        for closed in page.locator("details:not([open]) > summary").all(): closed.click()
        c=cpu(); violations(page); d=cpu()
        n=page.evaluate("document.querySelectorAll('*').length")
        T[0]+=b-a;T[1]+=c-b;T[2]+=d-c
        print(f"PROF {path:35} goto {b-a:.2f} click {c-b:.2f} axe {d-c:.2f} nodes {n}")
    print("PROF", T)
