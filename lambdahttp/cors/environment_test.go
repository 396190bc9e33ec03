package cors

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-cdk/gatehouse/internal/corsconfig"
)

func env(text string) func(string) string {
	return func(name string) string { return map[string]string{Variable: text}[name] }
}

func TestEnvironmentRoundTrip(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  Config
		want string // of the variable
	}{
		{"off", Config{}, ""},
		{"an age of a year", Config{AllowOrigins: []string{shop}, MaxAge: 365 * 24 * time.Hour},
			`{"allowOrigins":["https://shop.example.com"],"maxAgeSeconds":31536000}`},
		{"one origin", Config{AllowOrigins: []string{shop}}, `{"allowOrigins":["https://shop.example.com"]}`},
		{"everything", Config{
			AllowOrigins:     []string{shop, "http://localhost:3000"},
			AllowHeaders:     []string{"Authorization"},
			ExposeHeaders:    []string{"Location"},
			AllowMethods:     []string{"GET", "POST"},
			AllowCredentials: true,
			MaxAge:           2 * time.Hour,
		}, `{"allowOrigins":["https://shop.example.com","http://localhost:3000"],"allowHeaders":["Authorization"],` +
			`"exposeHeaders":["Location"],"allowMethods":["GET","POST"],"allowCredentials":true,"maxAgeSeconds":7200}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			vars := tt.cfg.Environment()
			if got := vars[Variable]; got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if _, set := vars[Variable]; set != (tt.want != "") {
				t.Errorf("variable set: got %v, want %v", set, tt.want != "")
			}
			got, err := FromEnvironment(env(vars[Variable]))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.cfg, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestVariableMatchesConstructs(t *testing.T) {
	if Variable != corsconfig.Variable {
		t.Errorf("got %s, want %s, which the constructs write", Variable, corsconfig.Variable)
	}
}

func TestCDKTokensPassThrough(t *testing.T) {
	token := "https://${Token[TOKEN.123]}&<>"
	if got := (Config{AllowOrigins: []string{token}}).Environment()[Variable]; !strings.Contains(got, token) {
		t.Errorf("got %s, want the unchanged token %s, which CDK resolves", got, token)
	}
}

func TestFromEnvironmentErrors(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		is         error
		want       string
	}{
		{"not JSON", `https://shop.example.com`, ErrConfig, "invalid character"},
		{"unknown member", `{"allowOrigins":["https://a.example"],"allowOriginPatterns":[]}`, ErrConfig, "unknown field"},
		{"trailing data", `{"allowOrigins":["https://a.example"]}{}`, ErrConfig, "data after"},
		{"no origins", `{"allowCredentials":true}`, ErrConfig, "no allowOrigins"},
		{"null", `null`, ErrConfig, "no allowOrigins"},
		{"negative age", `{"allowOrigins":["https://a.example"],"maxAgeSeconds":-1}`, ErrConfig, "-1"},
		{
			"overflowing age",
			`{"allowOrigins":["https://a.example"],"maxAgeSeconds":9223372036854775807}`,
			ErrConfig,
			"9223372036854775807",
		},
		{"an age of more than a year", `{"allowOrigins":["https://a.example"],"maxAgeSeconds":31536001}`, ErrConfig,
			"want 0 to 31536000"},
		{"credentials with a star", `{"allowOrigins":["*"],"allowCredentials":true}`, ErrCredentials, "AllowCredentials"},
		{"pattern", `{"allowOrigins":["https://*.example.com"]}`, ErrOrigin, "match exactly"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := FromEnvironment(env(tt.text))
			checkError(t, err, tt.is, tt.want)
			if !strings.Contains(err.Error(), Variable) {
				t.Errorf("got %v, want an error that names %s", err, Variable)
			}
			if !reflect.DeepEqual(c, Config{}) {
				t.Errorf("got %+v with the error, want the zero Config", c)
			}
		})
	}
}

func FuzzFromEnvironment(f *testing.F) {
	f.Add(`{"allowOrigins":["https://shop.example.com"],"maxAgeSeconds":60}`)
	f.Add(`{"allowOrigins":["*"],"allowHeaders":[]}`)
	f.Add(`{"allowOrigins":["*"],"allowCredentials":true}`)
	f.Add(`{"AllowOrigins":["https://a.example"]}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := FromEnvironment(env(text))
		if err != nil {
			return
		}
		if err := c.Validate(); err != nil {
			t.Fatalf("%s: FromEnvironment accepts it, but Validate refuses it: %v", text, err)
		}
		Handler(next, c)
		again, err := FromEnvironment(env(c.Environment()[Variable]))
		if err != nil || !cmp.Equal(c, again, cmpopts.EquateEmpty()) {
			t.Fatalf("%s: written and read again: got %+v, %v, want %+v", text, again, err, c)
		}
	})
}
