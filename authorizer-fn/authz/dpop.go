//go:build !lambda.norpc || gatehouse_binding

package authz

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/dpop"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// proofs checks proofs and remembers those that were used.
type proofs struct {
	now   func() time.Time
	local bool // whether the function runs in the development gateway
	used  dpop.Used
}

// openProofTable opens a table of used proofs. It is nil in a program that was built without [ProofTableTag].
var openProofTable func(getenv func(string) string, name string) (dpop.Table, error)

// startProofs prepares to check proofs, if tokens are bound by DPoP.
func (a *Authorizer) startProofs(getenv func(string) string) error {
	if !a.config.bindsByDPoP() {
		return nil
	}
	p := &proofs{now: a.now, local: settings.RunsHere}
	a.proofs = p
	switch name := a.config.ProofTable; {
	case name == "":
		return nil
	case settings.RunsHere && getenv("AWS_ENDPOINT_URL_DYNAMODB") == "":
		return nil // on a developer's machine, the memory of each instance has to do
	case openProofTable == nil:
		return fmt.Errorf("%w: %w", ErrConfig, withoutTag("used proofs are in a table", ProofTableTag))
	default:
		table, err := openProofTable(getenv, name)
		if err != nil {
			return fmt.Errorf("%w: proofTable: %w", ErrConfig, err)
		}
		p.used.Table = table
		return nil
	}
}

// present finds the only token of an event, and reports whether it has the scheme DPoP instead of Bearer.
func (a *Authorizer) present(e event) (text string, byDPoP bool, err error) {
	if a.proofs == nil {
		text, err = e.findToken(a.sources)
		return text, false, err
	}
	values := []string{e.header}
	if !e.token {
		values = e.values("multiValueHeaders", "headers", authorizationHeader.Name, true)
	}
	if text, err = jwt.Credentials(dpop.Scheme, values...); err != jwt.ErrNoToken {
		return text, true, err
	}
	text, err = jwt.Bearer(values...)
	return text, false, err
}

// checkProof checks the token's binding and the request's proof. It also refuses a token that was presented by the
// other scheme.
func (a *Authorizer) checkProof(
	ctx context.Context, e event, arn policycompiler.ARN, text string, byDPoP bool, token claims,
) error {
	p, ok := a.proofs.(*proofs)
	if !ok {
		return nil
	}
	issuer := a.issuers[token.Issuer()]
	switch {
	case byDPoP != issuer.DPoPBound:
		return dpop.ErrScheme
	case !issuer.DPoPBound:
		return nil
	}
	thumbprints, err := keysOf(token)
	if err != nil {
		return err
	}
	now := p.now()
	proof, err := dpop.Check(e.values("multiValueHeaders", "headers", dpop.Header, true), dpop.Request{
		Method: arn.Verb, Token: text, URLs: p.urls(e, arn.Path, a.config.ProofURLs), Local: p.local,
		Thumbprints: thumbprints, Now: now, Leeway: issuer.Leeway,
	})
	if err != nil {
		return err
	}
	early := early{Context: ctx}
	defer early.release()
	return p.used.Use(&early, proof, now)
}

// keysOf returns the thumbprints of the key that a token is bound to. If its issuer confirms a JWT and names a binding
// too, that one must also hold (RFC 9449, sections 6.1 and 6.2).
func keysOf(token claims) ([]string, error) {
	bindings := []strictjson.Value{token.Claim("cnf")}
	if c, ok := token.(*confirmed); asksIssuers && ok && c.answer.Get("cnf").Exists() {
		bindings = append(bindings, c.answer.Get("cnf"))
	}
	var out []string
	for _, confirmation := range bindings {
		thumbprint, ok := confirmation.Get(dpop.ThumbprintMember).Text()
		members := 0
		for range confirmation.Members() {
			members++
		}
		if !ok || members != 1 { // a further member names a further proof, which is not checked here
			return nil, dpop.ErrUnbound
		}
		out = append(out, thumbprint)
	}
	return out, nil
}

// urls returns the URLs that count for a request with a path below the stage: those of [Config.ProofURLs] if there are
// some, and otherwise the one that the client called. The development gateway serves an API at another address than its
// clients know, so there, the latter counts too.
func (p *proofs) urls(e event, path string, bases []string) (urls []dpop.URL) {
	for _, base := range bases {
		urls = append(urls, dpop.Under(base, path)...)
	}
	if len(bases) == 0 || p.local {
		urls = append(urls, e.url())
	}
	return urls
}

// url returns the URL that the client called. API Gateway reports the host of the request, and the path as it was sent:
// with the stage at the API's own address, and with the base path at a custom domain. Headers such as Host and
// X-Forwarded-Host do not count.
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html (the
// event), https://github.com/localstack/localstack/pull/12296 (requestContext.path at custom domains) and
// https://gist.github.com/GREsau/444c7d4d0bb9e8c82dd1a585931028bd (the same, observed on AWS), and an event that was
// recorded on AWS, with an escape:
// https://github.com/hotsock/voker/blob/a1c00bf491e0/vokerhttp/testdata/apigwv1-request.json
func (e event) url() (u dpop.URL) {
	context := e.request.Get("requestContext")
	u.Host, _ = context.Get("domainName").Text()
	u.Path, _ = context.Get("path").Text()
	u.Stage, _ = context.Get("stage").Text()
	return u
}
