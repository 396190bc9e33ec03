package console

import (
	"net/http"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// IssuersPath is where "gatehouse token" reads [Issuers].
const IssuersPath = prefix + "issuers"

// Issuers are the issuers whose tokens the authorizers of the served assembly accept, with all settings of their
// tokens.
type Issuers struct {
	Run     string             `json:"run"` // see [Console.Run]
	Issuers []devissuer.Issuer `json:"issuers"`

	// Discovery maps the issuers' URLs to the discovery documents that the development issuer serves.
	Discovery map[string]string `json:"discovery"`
}

// Run identifies this run of the program.
func (c *Console) Run() string { return c.run }

func (c *Console) answerIssuers() exchange.Answer {
	out := Issuers{Run: c.run, Issuers: []devissuer.Issuer{}, Discovery: map[string]string{}}
	if v := c.current(); v.issuer != nil {
		out.Issuers = v.issuer.Issuers()
		for _, i := range out.Issuers {
			if at := v.issuer.DiscoveryURL(i.URL); at != "" {
				out.Discovery[i.URL] = at
			}
		}
	}
	return answer(http.StatusOK, out)
}
