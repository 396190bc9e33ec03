package console

import (
	"strings"
	"testing"
)

// TestIssuersNameTheirDiscovery checks that each issuer has its discovery document, for clients that do not belong to
// the app.
func TestIssuersNameTheirDiscovery(t *testing.T) {
	c := newConsole(t, shop())
	got := get[Issuers](t, c, IssuersPath)
	if len(got.Issuers) == 0 || got.Run != c.Run() {
		t.Fatalf("%+v", got)
	}
	for _, i := range got.Issuers {
		if at := got.Discovery[i.URL]; !strings.HasPrefix(at, "http://127.0.0.1:") ||
			!strings.HasSuffix(at, "/.well-known/openid-configuration") {
			t.Errorf("%s is at %q", i.URL, at)
		}
	}
}
