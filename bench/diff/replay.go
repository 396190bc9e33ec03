package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/accessdiff"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// replayBefore replays a witness on the old API. A stage that it does not have stands for each of its stages.
func (w *world) replayBefore(g *served, p pair, of *accessdiff.Witness) (gets bool, answer exchange.Answer, err error) {
	if p.old.private && of.SourceVPCEndpoint == "" {
		return false, answer, nil // it does not reach the API
	}
	there := *of
	if there.Stage == "" {
		there.Stage = p.new.stages[0]
	}
	certificate := p.shown(there.Stage)
	stages := []string{there.Stage}
	if !slices.Contains(p.old.stages, there.Stage) {
		stages = p.old.stages
	}
	for _, there.Stage = range stages {
		if !p.old.reaches(there.Stage, certificate) {
			continue
		}
		if gets, answer, err = w.replay(g, p, &there); gets || err != nil {
			return gets, answer, err
		}
	}
	return false, answer, nil
}

// shown returns a certificate that shows a gain on a stage: one that reaches only the new API, if possible. If no
// certificate reaches the new API, an address outside the assembly may, and may have led to the old one.
func (p pair) shown(stage string) string {
	var with []string
	for _, c := range certificates(p.old, p.new) {
		if p.new.reaches(stage, c) {
			with = append(with, c)
		}
	}
	for _, c := range with {
		if !p.old.reaches(stage, c) && slices.Contains(p.old.stages, stage) {
			return c
		}
	}
	if with == nil {
		return anyCertificate
	}
	return with[0]
}

// replay sends a witness to the gateway of an API, and reports whether the caller gets an answer of the route and, if a
// page sends the witness, whether the page may read it. The gateway does not check client certificates.
func (w *world) replay(g *served, p pair, of *accessdiff.Witness) (gets bool, answer exchange.Answer, err error) {
	a, err := w.arrival(p, of)
	if err != nil {
		return false, answer, err
	}
	if a.stage == "" {
		a.stage = p.new.stages[0]
	}
	if answer, err = send(g, a); err != nil {
		return false, answer, err
	}
	if of.Again > 0 { // the second answer counts
		g.later.Store(int64(of.Again * float64(time.Second)))
		if answer, err = send(g, a); err != nil {
			return false, answer, err
		}
		g.later.Store(0)
	}
	gets = answer.Status == 200 // a preflight has 204, which is not what a caller wants
	if answer.Status >= 500 {
		return false, answer, fmt.Errorf("the gateway answers %d %s", answer.Status, answer.Body)
	}
	if of.Origin != "" {
		gets = gets && readable(answer, of.Origin, of.Credentials)
	}
	return gets, answer, nil
}

// readable is the CORS check of the Fetch standard. Source: https://fetch.spec.whatwg.org/#cors-check
func readable(a exchange.Answer, origin string, credentials bool) bool {
	to := a.Headers.Get("Access-Control-Allow-Origin")
	if credentials {
		return to == origin && a.Headers.Get("Access-Control-Allow-Credentials") == "true"
	}
	return to == origin || to == "*"
}

// arrival returns a witness in the form in which it arrives at a gateway.
func (w *world) arrival(p pair, of *accessdiff.Witness) (arrival, error) {
	a := arrival{stage: of.Stage, verb: of.Verb, path: of.Path, ip: of.SourceIP, headers: http.Header{},
		via: via{of.SourceVPC, of.SourceVPCEndpoint}}
	if a.ip == "" {
		a.ip = addresses[0]
	}
	for name, values := range of.Headers {
		a.headers[http.CanonicalHeaderKey(name)] = values
	}
	if len(of.Query) > 0 {
		a.query = "?" + url.Values(of.Query).Encode()
	}
	if of.Origin != "" {
		a.headers.Set("Origin", of.Origin)
	}
	switch of.Caller.APIKey {
	case "":
	case "Shop/Key":
		a.headers.Set("X-Api-Key", keyValue)
	default:
		return a, fmt.Errorf("it has the API key %q, and there is Shop/Key alone", of.Caller.APIKey)
	}
	switch c := of.Caller; c.Kind {
	case accessdiff.Anonymous:
	case accessdiff.Signer:
		if a.principal = path.Base(c.Name); c.Permitted {
			a.principal = developer
		} else if c.Name == "" {
			return a, fmt.Errorf("it is signed by %s, who is not in the assembly", c.Principal)
		}
	case accessdiff.Own:
		a.headers.Set("Authorization", ownToken(p.identityOf(c.Authorizer), c.Silent))
	case accessdiff.Token:
		text, err := w.tokenOf(p, c, time.Duration(of.Again*float64(time.Second))/2)
		if err != nil {
			return a, err
		}
		a.headers.Set("Authorization", "Bearer "+text)
	default:
		return a, fmt.Errorf("its caller is of the kind %q, which no API here knows", c.Kind)
	}
	return a, nil
}

// tokenOf makes the token that a witness describes, with a lifetime if that is not 0.
func (w *world) tokenOf(p pair, c accessdiff.Caller, life time.Duration) (string, error) {
	claims := map[string]any{"sub": nil, "scope": nil, "azp": nil, "client_id": nil, "token_use": nil, "aud": nil}
	for name, value := range c.Claims {
		switch name {
		case "iss", "aud", "client_id":
			if value = w.inWords(value); value == anyClient {
				value = w.named(p.otherClient())
			}
		}
		claims[name] = value
	}
	if claims["iss"] == nil {
		return "", errors.New("its claims have no iss")
	}
	use := devissuer.Access
	if claims["token_use"] == "id" {
		use = devissuer.ID
	}
	audience, _ := w.inWords(c.Audience).(string)
	if c.Issuer == "Shop/Pool" && use == devissuer.Access && c.Claims["client_id"] == nil {
		claims["client_id"] = w.named(poolClients[0]) // every token has one
	}
	issuer, _ := w.inWords(c.Issuer).(string)
	if audience == anyClient {
		audience = w.named(p.otherClient())
	}
	return w.mint(devissuer.TokenRequest{Issuer: issuer, Audience: audience, Use: use, Claims: claims,
		Algorithm: c.Algorithm, Expires: life})
}

// anyClient is the audience of a witness for which any client of a user pool is suitable.
const anyClient = "any"

// otherClient returns a client of the pool that no authorizer of the old API names; "" if all are named.
func (p pair) otherClient() string {
	for _, client := range poolClients {
		if !slices.ContainsFunc(p.old.guards, func(g guard) bool { return slices.Contains(g.clients, client) }) {
			return client
		}
	}
	return ""
}

// inWords replaces the template's names, such as "Shop/Pool", by the gateway's.
func (w *world) inWords(value any) any {
	switch v := value.(type) {
	case string:
		if name, own := strings.CutPrefix(v, "Shop/"); own {
			if name == "Pool" {
				name = pool
			}
			return w.named(name)
		}
	case []string:
		var out []any
		for _, one := range v {
			out = append(out, w.inWords(one))
		}
		return out
	}
	return value
}
