package logintest

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// testReturns requests return paths that lead to other places. An accepted path leads to the API's own origin, by the
// rules of net/url and of the URL Standard. For any other path there is a page, and the browser is not redirected.
func testReturns(t *testing.T, p *peer) {
	// urls resolves addresses as browsers do: Node's URL is the WHATWG's.
	urls := nodepeer.Start(t, `
console.log('ready')
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const [base, to] = JSON.parse(line)
  try { console.log(new URL(to, base).href) } catch (e) { console.log('not a URL') }
}).on('close', () => process.exit())`, nil)
	resolve := func(t *testing.T, address string) string {
		t.Helper()
		line, err := json.Marshal([]string{callback, address})
		if err != nil {
			t.Fatal(err)
		}
		return urls.Say(t, string(line))
	}
	a := newApp(t, p.Provider)

	for _, path := range []string{
		"https://attacker.test",             // another origin
		"https://attacker.test/orders",      //
		"HTTPS://attacker.test",             //
		"http://shop.example.test/",         // this host, and not its origin
		"https://shop.example.test/",        // even the own origin
		"https:attacker.test",               // no slashes
		"https:/attacker.test",              //
		"https:///attacker.test",            //
		"https:orders",                      // relative in browsers, with the scheme of the page
		"//attacker.test",                   // a host
		"//attacker.test/orders",            //
		"///attacker.test",                  //
		"////attacker.test",                 //
		"//shop.example.test@attacker.test", //
		"/\\attacker.test",                  // a backslash is a slash in browsers
		"/\\/attacker.test",                 //
		"\\/attacker.test",                  //
		"\\\\attacker.test",                 //
		"/\\\\attacker.test",                //
		"/\t/attacker.test",                 // tabs and newlines are removed
		"/\n/attacker.test",                 //
		"/\r/attacker.test",                 //
		"/\r\n/attacker.test",               //
		"\t//attacker.test",                 //
		" //attacker.test",                  // spaces around are, too
		"\x00//attacker.test",               //
		"/\x00/attacker.test",               //
		"/ /attacker.test",                  //
		"\u00a0//attacker.test",             //
		"/\u2215attacker.test",              // looks like a slash
		"/\uff0fattacker.test",              // is one for some
		"\uff0f\uff0fattacker.test",         //
		"/orders\r\nLocation: //attacker.test",
		"/orders\r\nSet-Cookie: a=b", //
		"javascript:alert(1)",        // scripts
		"JaVaScRiPt:alert(1)",        //
		"java\tscript:alert(1)",      //
		"/javascript\\:alert(1)",     //
		"data:text/html,<script>alert(1)</script>",
		"vbscript:x",                   //
		"blob:https://attacker.test/x", //
		"orders",                       // relative to what?
		"./orders",                     //
		"../orders",                    //
		"?page=2",                      //
		"#top",                         //
		".attacker.test",               // behind the origin
		"@attacker.test",               //
		":443@attacker.test",           //
		"/..//attacker.test",           // dots
		"/.//attacker.test",            //
		"/%2e%2e//attacker.test",       //
		"/./../../attacker.test",       //
		"/%2e/%2e%2e/orders",           //
		"/orders/../../attacker.test",  //
		"/%2f%2fattacker.test",         // for what decodes once more
		"/%5cattacker.test",            //
		"/%09/attacker.test",           //
		"/%0d%0aLocation:%20//attacker.test",
		"/%00",                //
		"%2f%2fattacker.test", //
		"/%",                  // not an escape
		"/%2",                 //
		"/%zz",                //
		"/orders\"><script>alert(1)</script>",
		"/orders'><script>alert(1)</script>",
		"/orders\xff",                    // not UTF-8
		"/\xc0\xaf\xc0\xafattacker.test", // an overlong slash
		"/orders#a#b",                    //
		"/" + strings.Repeat("a", 1024),  //
		"/<>",                            //
	} {
		t.Run("refused "+path, func(t *testing.T) {
			address := shop + "/auth/login?return=" + url.QueryEscape(path)
			page := a.Link(t, attacker, address)
			a.want(t, page, 400, "<a ")
			if page.Header.Get("Location") != "" || page.Header["Set-Cookie"] != nil || len(page.Visited) != 1 {
				t.Errorf("got %v by %q", page.Header, page.Visited)
			}
			if strings.Contains(page.Body, "attacker") || strings.Contains(page.Body, "alert") {
				t.Errorf("the page has the requested path: %s", page.Body)
			}
			for _, link := range page.Links() {
				if got := resolve(t, link); !strings.HasPrefix(got, shop+"/") {
					t.Errorf("the page links to %s", got)
				}
			}
		})
	}
	for _, query := range []string{"return=/orders&return=//attacker.test", "return=//attacker.test&return=/orders",
		"return=/orders&return=/orders"} {
		t.Run("twice "+query, func(t *testing.T) {
			a.want(t, a.Link(t, attacker, shop+"/auth/login?"+query), 400, "<a ")
		})
	}

	for path, want := range map[string]string{
		"/":                                "/",
		"/orders":                          "/orders",
		"/orders?page=2&sort=%22x%22":      "/orders?page=2&sort=%22x%22",
		"/orders?next=//attacker.test":     "/orders?next=//attacker.test",
		"/orders?next=https://a.test/%0d":  "/orders?next=https://a.test/%0d",
		"/orders#//attacker.test":          "/orders#//attacker.test",
		"/orders//attacker.test":           "/orders//attacker.test",
		"/@attacker.test":                  "/@attacker.test",
		"/attacker.test":                   "/attacker.test",
		"/:@attacker.test":                 "/:@attacker.test",
		"/javascript:alert(1)":             "/javascript:alert(1)",
		"/orders?a=<b>&amp;'\"":            "",
		"/a%20b/%C3%A9":                    "/a%20b/%C3%A9",
		"/...":                             "/...",
		"/orders?q='-alert(1)-'":           "/orders?q='-alert(1)-'",
		"/orders;jsessionid=1?x":           "/orders;jsessionid=1?x",
		"/&quot;&gt;&lt;":                  "/&quot;&gt;&lt;",
		"/orders?url=1;url=//attacker.com": "/orders?url=1;url=//attacker.com",
	} {
		t.Run("taken "+path, func(t *testing.T) {
			if want == "" {
				a.want(t, a.Link(t, shop, shop+"/auth/login?return="+url.QueryEscape(path)), 400, "<a ")
				return
			}
			page := a.signIn(t, a.newBrowser(p.Provider), "ada", path)
			a.want(t, page, 200, "")
			target, ok := refresh(page.Body)
			links := page.Links()
			if !ok || len(links) != 1 {
				t.Fatalf("the page is %s", page.Body)
			}
			for _, link := range append(links, target) {
				// The address that the browser shows by the standard, which escapes quotes in queries.
				byBrowser := strings.NewReplacer("%27", "'").Replace(resolve(t, link))
				byGo := page.resolve(t, link)
				if byBrowser != shop+want || origin(byGo) != shop {
					t.Errorf("%q leads to %s in browsers, %s in Go, want %s", link, byBrowser, byGo, shop+want)
				}
			}
			if n := strings.Count(page.Body, "<script"); n != 1 {
				t.Errorf("%d scripts in %s", n, page.Body)
			}
		})
	}
}
