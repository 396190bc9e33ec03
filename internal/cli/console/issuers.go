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
}

// Run identifies this run of the program.
func (c *Console) Run() string { return c.run }

func (c *Console) answerIssuers() exchange.Answer {
	out := Issuers{Run: c.run, Issuers: []devissuer.Issuer{}}
	if v := c.current(); v.issuer != nil {
		out.Issuers = v.issuer.Issuers()
	}
	return answer(http.StatusOK, out)
}
