package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

const audience = "https://api.example.com/orders"

func signingKey() *authztest.Key { return authztest.RSA("rsa-1", 2048) }

// newToken makes a token of 700 bytes, or one more because of base64url.
func newToken(issuer, scope string, n int) string {
	now := time.Now().Unix()
	claims := authztest.Object{
		"iss":    issuer,
		"sub":    subject(n),
		"aud":    audience,
		"iat":    now - 10,
		"nbf":    now - 10,
		"exp":    now + 3600,
		"jti":    fmt.Sprintf("%08d", n),
		"scope":  scope,
		"groups": []string{"staff", "admins"},
		"azp":    "client-1",
	}
	for pad := 0; ; pad++ {
		token := signingKey().Token("RS256", claims.With(authztest.Object{"x": strings.Repeat("x", pad)}))
		if len(token) >= 700 {
			return token
		}
	}
}

// subject returns the subject of token n.
func subject(n int) string { return fmt.Sprintf("auth0|%08d", n) }

// tokens makes n tokens with different subjects.
func tokens(issuer, scope string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = newToken(issuer, scope, i)
	}
	return out
}

// With readScopes a caller may call two thirds of the routes, and with allScopes all of them.
const (
	readScopes = "openid read"
	allScopes  = "openid read write"
)

// accessTable returns a table of 100 routes. Each requires a scope.
func accessTable() []byte {
	return tableOf("", "id", "items", func(i int) string {
		return fmt.Sprintf(`{"kind":"scope","anyOf":[%q]}`, [...]string{"read", "write", "read"}[i%3])
	})
}

// ownersTable returns a table of 100 routes. Each requires the user that its path names.
func ownersTable() []byte {
	return tableOf("/users/{id}", "item", "parts", func(int) string {
		return `{"kind":"either","either":[` +
			`{"kind":"pathIs","parameter":"id","claim":"sub"},{"kind":"group","anyOf":["support"]}]}`
	})
}

// tableOf returns a table of 100 routes below a path, five for each resource.
func tableOf(below, parameter, parts string, requires func(i int) string) []byte {
	var routes []string
	for i := range 100 {
		resource := fmt.Sprintf("%s/resource-%d", below, i/5)
		one := resource + "/{" + parameter + "}"
		route := [...]string{
			"GET " + resource,
			"POST " + resource,
			"GET " + one,
			"PUT " + one,
			"DELETE " + one + "/" + parts + "/{part}",
		}[i%5]
		routes = append(routes, fmt.Sprintf(`{"route":%q,"requires":[%s]}`, route, requires(i)))
	}
	return []byte(`{"version":1,"routes":[` + strings.Join(routes, ",\n") + "]}")
}

// ownersPath returns the path of a request that the owner may make.
func ownersPath(n int) string {
	return "/users/" + strings.ReplaceAll(subject(n), "|", "%7C") + "/resource-3/1234"
}

// methodARN is the ARN of a request that the scope "read" permits.
var methodARN = authztest.ARN("GET", "/resource-3/1234")

// config returns the environment of an authorizer for an issuer. With discovery, the authorizer finds the address of
// the keys in the issuer's discovery document.
func config(issuer string, discovery bool) map[string]string {
	i := authz.Issuer{URL: issuer, Audiences: []string{audience}}
	if !discovery {
		i.JWKSURL = issuer + "/keys"
	}
	env := authz.Config{Issuers: []authz.Issuer{i}}.Environment()
	env["AWS_LAMBDA_FUNCTION_NAME"] = "authorizer"
	return env
}

// startIssuer starts an issuer on loopback that answers after a delay.
func startIssuer(delay time.Duration) (issuer *authztest.Issuer, stop func()) {
	issuer = authztest.NewIssuer("", signingKey())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(delay)
		issuer.ServeHTTP(w, r)
	}))
	issuer.URL = server.URL
	return issuer, server.Close
}

// roundTrip returns the time of a request to an issuer over an open connection, in milliseconds.
func roundTrip(issuer *authztest.Issuer) (float64, error) {
	var client http.Client
	var times []float64
	for range 20 {
		start := time.Now()
		answer, err := client.Get(issuer.JWKSURL())
		if err != nil {
			return 0, err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if err != nil {
			return 0, err
		}
		times = append(times, time.Since(start).Seconds()*1000)
	}
	return figures.Median(times), nil
}
