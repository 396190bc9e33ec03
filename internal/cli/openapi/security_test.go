package openapi

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

func TestSecurity(t *testing.T) {
	included := func(text string) *apimodel.Authorizer {
		f := &apimodel.Function{Environment: map[string]string{authz.ConfigVariable: text}}
		return &apimodel.Authorizer{Type: apimodel.RequestAuthorizer, Function: f}
	}
	const (
		unbound     = `{"url": "https://a.example.com/", "audiences": ["orders"]}`
		proved      = `{"url": "https://b.example.com/", "audiences": ["orders"], "dpopBound": true}`
		certificate = `{"url": "https://c.example.com/", "audiences": ["orders"], "certificateBound": true}`
	)
	all := func(issuers string) *apimodel.Authorizer { return included(`{"issuers": [` + issuers + `]}`) }
	guarded := matrix.Route{Kind: matrix.Request, Authorizer: "Guard"}
	for _, test := range []struct {
		name        string
		row         matrix.Route
		authorizer  *apimodel.Authorizer
		certificate bool
		want        []map[string][]string
		schemes     map[string]string // their types
	}{
		{name: "public", row: matrix.Route{Kind: matrix.None}, want: []map[string][]string{}},
		{
			name: "public with a key", row: matrix.Route{Kind: matrix.None, APIKey: true},
			want: []map[string][]string{{"apiKey": {}}}, schemes: map[string]string{"apiKey": "apiKey X-API-Key"},
		},
		{
			name: "public with a certificate", row: matrix.Route{Kind: matrix.None}, certificate: true,
			want:    []map[string][]string{{"clientCertificate": {}}},
			schemes: map[string]string{"clientCertificate": "mutualTLS "},
		},
		{
			name: "a guard that is not known", row: matrix.Route{Kind: matrix.Unknown},
			want: []map[string][]string{{"notKnown": {}}}, schemes: map[string]string{"notKnown": "apiKey Authorization"},
		},
		{
			name: "bearer tokens", row: guarded, authorizer: all(unbound),
			want: []map[string][]string{{"Guard": {}}}, schemes: map[string]string{"Guard": "http bearer"},
		},
		{
			name: "tokens with a proof", row: guarded, authorizer: all(proved),
			want: []map[string][]string{{"Guard": {}}}, schemes: map[string]string{"Guard": "http DPoP"},
		},
		{
			name: "tokens with each binding", row: guarded, authorizer: all(unbound + "," + proved + "," + certificate),
			certificate: true,
			want: []map[string][]string{
				{"Guard": {}, "clientCertificate": {}}, {"Guard_dpop": {}, "clientCertificate": {}},
				{"Guard_certificate": {}, "clientCertificate": {}},
			},
			schemes: map[string]string{
				"Guard": "http bearer", "Guard_dpop": "http DPoP", "Guard_certificate": "http bearer",
				"clientCertificate": "mutualTLS ",
			},
		},
		{
			name: "a function that is not included", row: guarded, authorizer: included(""),
			want: []map[string][]string{{"Guard": {}}}, schemes: map[string]string{"Guard": "http bearer"},
		},
		{
			name: "a function without issuers", row: guarded, authorizer: included(`{"perRequest": true}`),
			want: []map[string][]string{{"Guard": {}}}, schemes: map[string]string{"Guard": "http bearer"},
		},
		{
			name: "a guard with the name of a scheme", row: matrix.Route{Kind: matrix.Token, Authorizer: "sigv4"},
			authorizer: &apimodel.Authorizer{Type: apimodel.TokenAuthorizer},
			want:       []map[string][]string{{"authorizer_sigv4": {}}},
			schemes:    map[string]string{"authorizer_sigv4": "http bearer"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := Document{Components: Components{SecuritySchemes: map[string]SecurityScheme{}}}
			b := builder{out: &out, clientCertificate: test.certificate}
			got := b.security(test.row, &apimodel.Method{Authorizer: test.authorizer})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("a request must have (-want +got):\n%s", diff)
			}
			schemes := map[string]string{}
			for name, s := range out.Components.SecuritySchemes {
				schemes[name] = s.Type + " " + s.Scheme + s.Name
			}
			if test.schemes == nil {
				test.schemes = map[string]string{}
			}
			if diff := cmp.Diff(test.schemes, schemes); diff != "" {
				t.Errorf("schemes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSchemesOfTwoGuards keeps the schemes of guards apart whose names are the same as names of components.
func TestSchemesOfTwoGuards(t *testing.T) {
	out := Document{Components: Components{SecuritySchemes: map[string]SecurityScheme{}}}
	b := builder{out: &out}
	for _, test := range []struct{ name, header, want string }{
		{"Guard A", "Authorization", "Guard_A"}, {"Guard/A", "X-Token", "Guard_A_2"}, {"Guard A", "Authorization", "Guard_A"},
	} {
		a := &apimodel.Authorizer{
			Type: apimodel.TokenAuthorizer, IdentitySources: []apimodel.IdentitySource{{In: "header", Name: test.header}},
		}
		got := b.security(matrix.Route{Kind: matrix.Token, Authorizer: test.name}, &apimodel.Method{Authorizer: a})
		if diff := cmp.Diff([]map[string][]string{{test.want: {}}}, got); diff != "" {
			t.Errorf("%s: a request must have (-want +got):\n%s", test.name, diff)
		}
	}
}
