package jwt

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

const testClient = "orders-api"

func goodAnswer() object {
	return object{"active": true, "sub": "user-1", "aud": testAudience, "client_id": "web", "exp": t0.Unix() + 300,
		"iat": t0.Unix() - 10, "token_type": "Bearer", "scope": "orders:read"}
}

func TestCheckAnswer(t *testing.T) {
	exp := t0.Unix() + 300
	for name, c := range map[string]struct {
		change  object
		issuer  func(*Issuer)
		want    error
		expires int64
	}{
		"good":                       {want: nil, expires: exp},
		"no exp":                     {change: object{"exp": nil}},
		"no times, and no iss":       {change: object{"exp": nil, "iat": nil}},
		"iss":                        {change: object{"iss": testIssuer}, expires: exp},
		"another iss":                {change: object{"iss": "https://other.example.com"}, want: ErrIssuer},
		"iss as a list":              {change: object{"iss": []string{testIssuer}}, want: ErrIssuer},
		"no aud":                     {change: object{"aud": nil}, want: ErrAudience},
		"another aud":                {change: object{"aud": "https://other.example.com"}, want: ErrAudience},
		"aud in a list":              {change: object{"aud": []string{"x", testAudience}}, expires: exp},
		"aud of mixed types":         {change: object{"aud": []any{1, testAudience}}, want: ErrAudience},
		"no aud wanted":              {change: object{"aud": nil}, issuer: noAudience, expires: exp},
		"neither aud nor token_type": {change: object{"aud": nil, "token_type": nil}, issuer: noAudience, want: ErrTokenUse},
		"another client":             {change: object{"client_id": "cli"}, issuer: noAudience, want: ErrClient},
		"no client":                  {change: object{"client_id": nil}, issuer: noAudience, want: ErrClient},
		"azp is another client":      {change: object{"azp": "cli"}, issuer: noAudience, want: ErrClient},
		"expired":                    {change: object{"exp": t0.Unix()}, want: ErrExpired},
		"exp negative":               {change: object{"exp": -1}, want: ErrExpired},
		"nbf ahead":                  {change: object{"nbf": t0.Unix() + 1}, want: ErrNotYet},
		"nbf ahead, and no exp":      {change: object{"nbf": t0.Unix() + 1, "exp": nil}, want: ErrNotYet},
		"nbf within the leeway": {change: object{"nbf": t0.Unix() + 1}, expires: exp,
			issuer: func(i *Issuer) { i.Leeway = time.Second }},
		"too long": {issuer: func(i *Issuer) { i.MaxLifetime = time.Minute }, want: ErrLifetime},
		"no exp, with a limit": {change: object{"exp": nil}, issuer: func(i *Issuer) { i.MaxLifetime = time.Hour },
			want: ErrLifetime},
		"cnf":                  {change: object{"cnf": object{"jkt": "x"}}, want: ErrBound},
		"cnf empty":            {change: object{"cnf": object{}}, want: ErrBound},
		"cnf null":             {change: object{"cnf": null}, want: ErrBound},
		"DPoP":                 {change: object{"token_type": "DPoP"}, want: ErrBound},
		"bearer in lower case": {change: object{"token_type": "bearer"}, expires: exp},
		"token_type a number":  {change: object{"token_type": 1}, want: ErrBound},
		"cnf and DPoP, accepted": {change: object{"cnf": object{"jkt": "x"}, "token_type": "DPoP"}, expires: exp,
			issuer: func(i *Issuer) { i.AcceptBoundTokens = true }},
		"a refresh token by its type": {change: object{"token_type": "refresh_token"}, want: ErrTokenUse},
		"an access token of Duende":   {change: object{"token_type": "access_token"}, expires: exp},
		"a refresh token of Hydra":    {change: object{"token_use": "refresh_token"}, want: ErrTokenUse},
		"an access token of Hydra":    {change: object{"token_use": "access_token"}, expires: exp},
		"a refresh token of Keycloak": {change: object{"typ": "Refresh"}, want: ErrTokenUse},
		"an ID token of Keycloak":     {change: object{"typ": "ID"}, want: ErrTokenUse},
		"an access token of Keycloak": {change: object{"typ": "Bearer"}, expires: exp},
		"sub a number":                {change: object{"sub": 1}, want: ErrClaimType},
		"jti a list":                  {change: object{"jti": []string{"a"}}, want: ErrClaimType},
	} {
		t.Run(name, func(t *testing.T) {
			i := Issuer{URL: testIssuer, Audiences: []string{testAudience}}
			if c.issuer != nil {
				c.issuer(&i)
			}
			v, err := strictjson.Parse(goodAnswer().with(c.change).String())
			if err != nil {
				t.Fatal(err)
			}
			expires, err := i.CheckAnswer(v, t0)
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) || err != nil && !errors.Is(err, ErrRejected) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if want := time.Unix(c.expires, 0); err == nil && !expires.Equal(want) && (c.expires != 0 || !expires.IsZero()) {
				t.Errorf("expires %v, want %v", expires, want)
			}
		})
	}
}

func noAudience(i *Issuer) { i.Audiences, i.Clients = nil, []string{"web"} }

// TestCheckConfirmation checks that a confirmation may lack members of the JWT, but that its members must agree with
// it.
func TestCheckConfirmation(t *testing.T) {
	i := Issuer{URL: testIssuer, Audiences: []string{testAudience}, Clients: []string{"web"}, MaxLifetime: time.Hour}
	for text, want := range map[string]error{
		`{"active":true}`: nil,
		`{"active":true,"iss":"https://issuer.example.com/"}`: nil,
		`{"active":true,"iss":"https://issuer.example.com"}`:  ErrIssuer,
		`{"active":true,"exp":1700000000}`:                    ErrExpired,
		`{"active":true,"nbf":1700000001}`:                    ErrNotYet,
		`{"active":true,"cnf":{}}`:                            ErrBound,
		`{"active":true,"typ":"Refresh"}`:                     ErrTokenUse,
	} {
		v, err := strictjson.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.CheckConfirmation(v, t0); !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%s: got %v, want %v", text, err, want)
		}
	}
}

// goodSigned returns a signed answer to the tests' client, with some changes.
func goodSigned(header, claims object) string { return signedBy("rsa", header, claims) }

func signedBy(key string, header, claims object) string {
	h := object{"alg": "RS256", "kid": "rsa", "typ": "token-introspection+jwt"}
	c := object{"iss": testIssuer, "aud": testClient, "iat": t0.Unix(), "token_introspection": goodAnswer()}
	return sign("RS256", keys()[key], h.with(header).String(), c.with(claims).String())
}

func TestVerifyAnswer(t *testing.T) {
	f := newFixture(t)
	answer := func(text string) (string, error) {
		return f.VerifyAnswer(context.Background(), testIssuer, testClient, text)
	}
	got, err := answer(goodSigned(nil, nil))
	if err != nil || got != goodAnswer().String() {
		t.Fatalf("got %s, %v", got, err)
	}
	five := goodSigned(nil, nil) + ".a.b"
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"the whole media type":     {goodSigned(object{"typ": "application/token-introspection+jwt"}, nil), nil},
		"aud in a list":            {goodSigned(nil, object{"aud": []string{"x", testClient}}), nil},
		"exp ahead":                {goodSigned(nil, object{"exp": t0.Unix() + 1}), nil},
		"an access token":          {goodSigned(object{"typ": "at+jwt"}, nil), ErrType},
		"a JWT":                    {goodSigned(object{"typ": "JWT"}, nil), ErrType},
		"no typ":                   {goodSigned(object{"typ": nil}, nil), ErrType},
		"typ longer":               {goodSigned(object{"typ": "token-introspection+jwt2"}, nil), ErrType},
		"crit":                     {goodSigned(object{"crit": []string{"x"}}, nil), ErrCritical},
		"none":                     {goodSigned(object{"alg": "none"}, nil), ErrAlgorithm},
		"HS256":                    {goodSigned(object{"alg": "HS256"}, nil), ErrAlgorithm},
		"another issuer":           {goodSigned(nil, object{"iss": "https://other.example.com/"}), ErrIssuer},
		"no issuer":                {goodSigned(nil, object{"iss": nil}), ErrIssuer},
		"to another client":        {goodSigned(nil, object{"aud": "others"}), ErrAudience},
		"to no client":             {goodSigned(nil, object{"aud": nil}), ErrAudience},
		"no iat":                   {goodSigned(nil, object{"iat": nil}), errAnswerTime},
		"iat ahead":                {goodSigned(nil, object{"iat": t0.Unix() + 1}), errAnswerTime},
		"old":                      {goodSigned(nil, object{"iat": t0.Add(-maxAnswerAge).Unix() - 1}), errAnswerTime},
		"expired":                  {goodSigned(nil, object{"exp": t0.Unix()}), errAnswerTime},
		"no token_introspection":   {goodSigned(nil, object{"token_introspection": nil}), errNoAnswer},
		"token_introspection text": {goodSigned(nil, object{"token_introspection": "{}"}), errNoAnswer},
		"encrypted":                {five, ErrSerialization},
		"not a JWT":                {`{"active":true}`, ErrSerialization},
		"padding":                  {goodSigned(nil, nil) + "==", ErrBase64},
		"a foreign key":            {signedBy("rsa2", nil, nil), ErrSignature},
		"an unknown key":           {goodSigned(object{"kid": "unknown"}, nil), ErrUnknownKey},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := answer(c.text)
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) || (got == "") != (err != nil) {
				t.Errorf("got %s, %v, want %v", got, err, c.want)
			}
		})
	}
	if _, err := f.VerifyAnswer(context.Background(), "https://other.example.com", testClient, goodSigned(nil,
		nil)); err == nil {
		t.Error("an issuer that is not configured has answers")
	}
}

// TestAnswersAreNotTokens checks that an answer is only for the client that requested it. As a token it is rejected,
// with any claims and any settings (RFC 9701, section 8.1).
func TestAnswersAreNotTokens(t *testing.T) {
	f := newFixture(t)
	f.want(t, goodSigned(nil, goodClaims()), ErrType)
	i := Issuer{URL: testIssuer, Audiences: []string{testAudience}}
	for _, typ := range []string{"token-introspection+jwt", "application/Token-Introspection+JWT"} {
		i.Type = typ
		if _, err := New(Options{Issuers: []Issuer{i}}); !errors.Is(err, ErrConfig) {
			t.Errorf("Type %q: got %v", typ, err)
		}
	}
}

func TestClaimedIssuer(t *testing.T) {
	for _, alg := range allAlgorithms { // what verifies is never taken for an opaque token
		if issuer, ok := ClaimedIssuer(good(alg)); issuer != testIssuer || !ok {
			t.Errorf("%s: got %q, %v", alg, issuer, ok)
		}
	}
	for text, want := range map[string]struct {
		issuer string
		ok     bool
	}{
		rs256(nil, nil):                    {testIssuer, true},
		rs256(nil, object{"iss": nil}):     {"", true},
		rs256(nil, object{"iss": 1}):       {"", true},
		rs256(object{"alg": 1}, nil):       {testIssuer, true},
		"opaque":                           {},
		"a.b":                              {},
		"a.b.c":                            {},
		"a.b.c.d.e":                        {},
		b64("{}") + "." + b64("[]") + ".":  {},
		b64("{}") + "." + b64("{}") + ".":  {"", true},
		b64("[]") + "." + b64("{}") + ".":  {},
		b64("{}") + "." + b64("{}") + ".=": {},
	} {
		if issuer, ok := ClaimedIssuer(text); issuer != want.issuer || ok != want.ok {
			t.Errorf("%.60s: got %q, %v, want %v", text, issuer, ok, want)
		}
	}
}
