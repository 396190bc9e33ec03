package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// claimsOf returns a token's claims, unverified, with numbers as they are written.
func claimsOf(t testing.TB, token string) (claims map[string]any) {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

const idp = "https://idp.example.com/"

// TestToken prints tokens for assemblies, and verifies them with the assembly's own settings, by keys that another
// process would serve.
func TestToken(t *testing.T) {
	const (
		pool   = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_CD7iYX2qu"
		client = "4rpnpec2asxrfqorpmrno68scf"
	)
	now := json.Number("1800000000")
	hour := json.Number("1800003600")
	for _, tt := range []struct {
		name, assembly string
		args           []string
		verify         jwt.Issuer
		want           map[string]any
	}{
		{
			"the user pool of an included authorizer",
			"token",
			[]string{"--scope", "orders/read", "--scope", "orders/write", "--group", "admins"},
			jwt.Issuer{URL: pool, Audiences: []string{client}, TokenUse: "access"},
			map[string]any{
				"iss":            pool,
				"sub":            "developer",
				"username":       "developer",
				"client_id":      client,
				"token_use":      "access",
				"version":        json.Number("2"),
				"auth_time":      now,
				"iat":            now,
				"exp":            hour,
				"scope":          "orders/read orders/write",
				"cognito:groups": []any{"admins"},
			},
		},
		{
			"the user pool of a Cognito authorizer, whose methods ask for scopes",
			"cognito",
			[]string{"--scope=orders/read", "--subject=ada"},
			jwt.Issuer{URL: pool, Audiences: []string{client}, TokenUse: "access"},
			map[string]any{
				"iss":       pool,
				"sub":       "ada",
				"username":  "ada",
				"client_id": client,
				"token_use": "access",
				"version":   json.Number("2"),
				"auth_time": now,
				"iat":       now,
				"exp":       hour,
				"scope":     "orders/read",
			},
		},
		{
			"an ID token of that pool",
			"cognito",
			[]string{"--use", "id", "--claim", "email=ada@example.com", "--expires", "90s"},
			jwt.Issuer{URL: pool, Audiences: []string{client}, TokenUse: "id"},
			map[string]any{
				"iss": pool, "sub": "developer", "cognito:username": "developer", "aud": client, "token_use": "id",
				"auth_time": now, "iat": now, "exp": json.Number("1800000090"), "email": "ada@example.com",
			},
		},
		{"an identity provider", "request", []string{"--role", "auditor", "--claim", "level=3", "--claim", `tags=["a"]`},
			jwt.Issuer{URL: idp, Audiences: []string{"api://orders"}}, map[string]any{
				"iss": idp, "sub": "developer", "aud": "api://orders", "iat": now, "exp": hour,
				"roles": []any{"auditor"}, "level": json.Number("3"), "tags": []any{"a"},
			}},
		{
			"one of several, by its URL",
			"shop",
			[]string{"--issuer", "https://shop.okta.com/oauth2/default", "--scope", "orders:read"},
			jwt.Issuer{URL: "https://shop.okta.com/oauth2/default", Audiences: []string{"api://shop"}},
			map[string]any{
				"iss": "https://shop.okta.com/oauth2/default", "sub": "developer", "aud": "api://shop", "iat": now, "exp": hour,
				"scp": []any{"orders:read"},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join("testdata", tt.assembly)
			status, stdout, stderr := call(t, append([]string{"token", "--assembly", dir}, tt.args...)...)
			token, newline := strings.CutSuffix(stdout, "\n")
			if status != succeeded || stderr != "" || !newline || strings.ContainsAny(token, " \n") {
				t.Fatalf("status %d: %q, %q, want only a line with a token", status, stdout, stderr)
			}
			claims := claimsOf(t, token)
			delete(claims, "jti")
			if diff := cmp.Diff(tt.want, claims); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
			tt.verify.JWKSURL, tt.verify.AllowLoopbackHTTP = serveKeys(t, dir, tt.verify.URL), true
			v, err := jwt.New(jwt.Options{Issuers: []jwt.Issuer{tt.verify}, Now: func() time.Time { return t0 }})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Errorf("it is refused: %v", err)
			}
		})
	}
}

// serveKeys serves an assembly's issuers as the gateway does, and returns the address of an issuer's keys.
func serveKeys(t testing.TB, dir, issuer string) string {
	t.Helper()
	_, model, err := command.ReadAssembly(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	issuers, err := devissuer.FromModel(model)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: devissuer.Folder(keyFolder)})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	p, err := devissuer.New(keys, issuers, devissuer.Options{BaseURL: "http://" + server.Listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = p
	server.Start()
	t.Cleanup(server.Close)
	return p.JWKSURL(issuer)
}

// TestTokenOfWhatIsLeft checks that an unreadable authorizer does not prevent tokens of another authorizer's issuer.
func TestTokenOfWhatIsLeft(t *testing.T) {
	resources := `"Api":{"Type":"AWS::ApiGateway::RestApi","Properties":{"Name":"Api"}}`
	for name, config := range map[string]string{
		"Bad":  `{`,
		"Good": `{\"issuers\":[{\"url\":\"https://idp.example.com/\",\"audiences\":[\"orders\"]}]}`,
	} {
		resources += strings.ReplaceAll(
			`,"NAMEFunction":{"Type":"AWS::Lambda::Function","Properties":{
			"Runtime":"nodejs22.x","Handler":"index.handler","Code":{"ZipFile":"x"},
			"Environment":{"Variables":{"GATEHOUSE_AUTHORIZER":"`+config+`"}}}},
			"NAME":{"Type":"AWS::ApiGateway::Authorizer","Properties":{"RestApiId":{"Ref":"Api"},"Name":"NAME","Type":"TOKEN",
			"IdentitySource":"method.request.header.Authorization",
			"AuthorizerUri":{
			"Fn::Sub":"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${NAMEFunction.Arn}/invocations"}}}`,
			"NAME",
			name,
		)
	}
	dir := write(t, `{"Resources":{`+resources+`}}`)
	status, stdout, stderr := call(t, "token", "--assembly", dir)
	if status != succeeded || claimsOf(t, stdout)["iss"] != idp ||
		!strings.Contains(
			stderr,
			"note: "+dir+": an authorizer is left out: devissuer: assembly: function Shop/BadFunction: ",
		) {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
}

func TestTokenWithoutFolderForTheKey(t *testing.T) {
	for _, tt := range []struct {
		name  string
		cache func() (string, error)
		want  string
	}{
		{"no home", func() (string, error) { return "", errors.New("neither $XDG_CACHE_HOME nor $HOME are defined") },
			"no folder for the key: neither $XDG_CACHE_HOME nor $HOME are defined: set HOME or XDG_CACHE_HOME"},
		{"a key that others can read", func() (string, error) {
			dir := t.TempDir()
			if runtime.GOOS == "windows" {
				return "", errors.New("so other users have access to it: no modes here")
			}
			return dir, errors.Join(os.MkdirAll(devissuer.Folder(dir), 0o700), os.Chmod(devissuer.Folder(dir), 0o755))
		}, "so other users have access to it: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			s := &command.Process{Stdout: &stdout, Stderr: &stderr, Now: time.Now, CacheDir: tt.cache}
			if status := run(t.Context(), s, []string{"token", "--assembly", "testdata/request"}); status != failed ||
				stdout.Len() > 0 ||
				!strings.Contains(stderr.String(), tt.want) {
				t.Errorf("status %d: %s%s\nwant %s", status, &stdout, &stderr, tt.want)
			}
		})
	}
}

// TestOpaqueToken checks that an issuer with introspection has opaque tokens, and that "gatehouse dev" accepts them.
func TestOpaqueToken(t *testing.T) {
	const resources = `"Api":{"Type":"AWS::ApiGateway::RestApi","Properties":{"Name":"Api"}},
		"F":{"Type":"AWS::Lambda::Function","Properties":{
		"Runtime":"nodejs22.x","Handler":"index.handler","Code":{"ZipFile":"x"},
		"Environment":{"Variables":{"GATEHOUSE_AUTHORIZER":"{\"issuers\":[{\"url\":\"https://idp.example.com/\",` +
		`\"audiences\":[\"orders\"]ASKED}]}"}}}},
		"A":{"Type":"AWS::ApiGateway::Authorizer","Properties":{"RestApiId":{"Ref":"Api"},"Name":"A","Type":"TOKEN",
		"IdentitySource":"method.request.header.Authorization",
		"AuthorizerUri":{"Fn::Sub":"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}}}`
	const asked = `,\"introspection\":{\"endpoint\":\"https://idp.example.com/i\",\"clientId\":\"c\",\"secretArn\":\"` +
		`arn:aws:secretsmanager:us-east-1:123456789012:secret:c-Ab12Cd\"}`
	opaque := write(t, `{"Resources":{`+strings.ReplaceAll(resources, "ASKED", asked)+`}}`)
	jwts := write(t, `{"Resources":{`+strings.ReplaceAll(resources, "ASKED", "")+`}}`)
	for _, args := range [][]string{{}, {"--opaque"}} {
		status, stdout, stderr := call(t, append([]string{"token", "--scope", "a", "--assembly", opaque}, args...)...)
		if status != succeeded || stderr != "" || strings.ContainsAny(strings.TrimSuffix(stdout, "\n"), ". \n") ||
			len(stdout) < 100 {
			t.Errorf("%q: status %d\n%s%s", args, status, stdout, stderr)
		}
	}
	status, _, stderr := call(t, "token", "--opaque", "--assembly", jwts)
	if status == succeeded || !strings.Contains(stderr, "its tokens are JWTs, and nothing accepts opaque tokens of it") {
		t.Errorf("of an issuer of JWTs: status %d\n%s", status, stderr)
	}
}

// TestTokenClientSecret checks that the secret of clients is the same for all assemblies, and needs no assembly.
func TestTokenClientSecret(t *testing.T) {
	t.Chdir(t.TempDir())
	first, secret, stderr := call(t, "token", "--client-secret")
	again, same, _ := call(t, "token", "--client-secret", "--issuer", idp)
	if first != 0 || again != 0 || len(secret) != 44 || strings.Contains(stderr, secret) {
		t.Errorf("status %d, %q: %s", first, secret, stderr)
	}
	if same != secret {
		t.Errorf("%q, and then %q", secret, same)
	}
}
