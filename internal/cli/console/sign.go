package console

import (
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
)

// sign adds the headers of Signature Version 4 to a request that the page will make; see [tryout.Sign]. The page's own
// headers are not signed, since the browser may change them.
func sign(p *prepared, host string, k checks.AccessKey, region string, now time.Time) error {
	path, query, _ := strings.Cut(p.URL, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return wrong("query", "%v", err)
	}
	if query != "" {
		// Some parsers of a query read a plus sign as a space; in the signature it is a plus sign.
		p.URL = path + "?" + strings.ReplaceAll(values.Encode(), "+", "%20")
	}
	signature, err := tryout.Sign(p.Verb, "http://"+host+p.URL, p.Body, k, region, now)
	if err != nil {
		return wrong("route", "%v", err)
	}
	for _, h := range signature {
		if has(p.Headers, h[0]) {
			return wrong("headers", "%s is there already, and it is a part of the signature: leave it out, "+
				"or choose no credential", h[0])
		}
		p.Headers = append(p.Headers, h)
	}
	return nil
}
