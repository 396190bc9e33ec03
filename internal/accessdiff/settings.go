package accessdiff

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// settings are the settings of an included authorizer.
type settings struct {
	issuers                 []issuer
	perRequest, denyEscapes bool
	raw                     map[string]string // every setting by its path, such as "issuers[0].url"
}

// issuer is an issuer of an included authorizer, with what its tokens must have.
type issuer struct {
	url, id            string // as written, and a name such as "Shop/Users" for a user pool of the assembly
	audiences, clients []string
	clientClaim        string
	algorithms         []string
	kind, use          string // typ and token_use
	scopes             string // names of claims; scopes is "" for scope or scp
	groups, roles      string
	principal          string
	bound              bool          // whether it accepts bound tokens without a check
	certificate        bool          // whether it requires tokens that are bound to the client's certificate
	dpop               bool          // whether it requires tokens that are bound to a key, and proofs of it
	lifetime, leeway   float64       // in seconds
	withdrawn          time.Duration // how long keys that the issuer has withdrawn are still accepted
	keys               string        // where its keys come from; different sources cannot be compared
}

// settingsOf reads the variables, which the matrix has one by one.
func settingsOf(stack string, variables []matrix.Variable) settings {
	s := settings{raw: map[string]string{}}
	for _, v := range variables {
		if name, own := strings.CutPrefix(v.Name, authz.ConfigVariable); own {
			s.raw[strings.TrimPrefix(name, ".")] = v.Value
		}
	}
	s.perRequest, s.denyEscapes = s.raw["perRequest"] == "true", s.raw["denyEscapedPaths"] == "true"
	for i := 0; s.raw["issuers["+strconv.Itoa(i)+"].url"] != ""; i++ {
		s.issuers = append(s.issuers, s.issuer(stack, "issuers["+strconv.Itoa(i)+"]."))
	}
	return s
}

func (s settings) issuer(stack, at string) issuer {
	get := func(name string) string { return s.raw[at+name] }
	number := func(name string) float64 {
		f, _ := strconv.ParseFloat(get(name), 64)
		return f
	}
	list := func(name string) (out []string) {
		for n := 0; ; n++ {
			v, some := s.raw[at+name+"["+strconv.Itoa(n)+"]"]
			if !some {
				return out
			}
			out = append(out, v)
		}
	}
	i := issuer{
		url: get("url"), id: issuerID(stack, get("url")), clients: list("clients"), clientClaim: get("clientClaim"),
		algorithms: list("algorithms"), kind: get("type"), use: get("tokenUse"), scopes: get("scopesClaim"),
		groups: cmp.Or(get("groupsClaim"), "groups"), roles: cmp.Or(get("rolesClaim"), "roles"),
		principal: cmp.Or(get("principalClaim"), "sub"), bound: get("acceptBoundTokens") == "true",
		certificate: get("certificateBound") == "true", dpop: get("dpopBound") == "true",
		lifetime: number("maxLifetimeSeconds"), leeway: number("leewaySeconds"),
	}
	for _, a := range list("audiences") {
		i.audiences = append(i.audiences, clientID(stack, a))
	}
	for n := range i.clients {
		i.clients[n] = clientID(stack, i.clients[n])
	}
	if i.algorithms == nil {
		i.algorithms = []string{"RS256"}
		if get("secretArn") != "" {
			i.algorithms = []string{"HS256"}
		}
	}
	for n, a := range i.algorithms {
		if a == "Ed25519" {
			i.algorithms[n] = "EdDSA"
		}
	}
	keys := []string{get("jwksUrl"), get("secretArn"), get("secretField")}
	for _, name := range slices.Sorted(maps.Keys(s.raw)) {
		if strings.HasPrefix(name, at+"introspection") {
			keys = append(keys, strings.TrimPrefix(name, at)+"="+s.raw[name])
		}
	}
	// Keys are fetched again after the first time, and are used until the second if the issuer does not answer.
	i.withdrawn = seconds(max(cmp.Or(number("maxKeyAgeSeconds"), 3600), cmp.Or(number("staleCeilingSeconds"), 12*3600)))
	i.keys = strings.Trim(strings.Join(keys, " "), " ")
	return i
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

// pool matches the issuer of a user pool of the assembly, in the notation of templates, and client matches an app
// client.
var (
	pool       = regexp.MustCompile(`^(?:https://)?\$\{(\w+)\.(?:ProviderName|ProviderURL)\}$`)
	client     = regexp.MustCompile(`^\$\{(\w+)\}$`)
	literalARN = regexp.MustCompile(`^arn:[a-z-]+:cognito-idp:([a-z0-9-]+):\d+:userpool/([\w-]+)$`)
)

// issuerID names an issuer in the same way for all kinds of authorizers.
func issuerID(stack, url string) string {
	if found := pool.FindStringSubmatch(url); found != nil {
		return stack + "/" + found[1]
	}
	if found := literalARN.FindStringSubmatch(url); found != nil {
		return "https://cognito-idp." + found[1] + ".amazonaws.com/" + found[2]
	}
	return url
}

func clientID(stack, id string) string {
	if found := client.FindStringSubmatch(id); found != nil {
		return stack + "/" + found[1]
	}
	return id
}
