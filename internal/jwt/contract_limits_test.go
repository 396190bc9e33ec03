package jwt

import "time"

// limitCases are the cases of contract line 54, the limits for an issuer's tokens.
func limitCases() []contractCase {
	now := t0.Unix()
	lifetime := func(o *Options) { o.Issuers[0].MaxLifetime = time.Hour }
	clients := func(o *Options) { o.Issuers[0].Clients = []string{"client-1", "client-2"} }
	path := func(o *Options) { o.Issuers[0].Clients, o.Issuers[0].ClientClaim = []string{"client-1"}, "cid" }
	nested := func(o *Options) { o.Issuers[0].Clients, o.Issuers[0].ClientClaim = []string{"client-1"}, "app.id" }
	access := func(change func(*Issuer)) func(*Options) {
		return func(o *Options) {
			o.Issuers[0].TokenUse, o.Issuers[0].Audiences = "access", []string{"client-1"}
			change(&o.Issuers[0])
		}
	}
	const resource = "https://orders.example.com"
	same := access(func(*Issuer) {})
	withResource := access(func(i *Issuer) { i.Audiences = []string{"client-1", resource} })
	resourceAlone := access(func(i *Issuer) { i.Audiences, i.Clients = []string{resource}, []string{"client-1"} })
	cognito := object{"aud": nil, "token_use": "access", "client_id": "client-1"}

	var cases []contractCase
	for _, c := range []struct {
		name   string
		claims object
		change func(*Options)
		want   error
	}{
		{"a lifetime of just the limit", object{"iat": now - 10, "exp": now + 3590}, lifetime, nil},
		{"a lifetime of a second more", object{"iat": now - 10, "exp": now + 3591}, lifetime, ErrLifetime},
		{"a lifetime with fractions within the limit",
			object{"iat": jsonNumber("1699999990.5"), "exp": jsonNumber("1700003590.5")}, lifetime, nil},
		{"a lifetime with fractions above the limit",
			object{"iat": jsonNumber("1699999989.5"), "exp": jsonNumber("1700003590.5")}, lifetime, ErrLifetime},
		{"a lifetime without iat", object{"iat": nil}, lifetime, ErrLifetime},
		{"a lifetime without iat, with nbf", object{"iat": nil, "nbf": now - 10}, lifetime, ErrLifetime},
		{"a lifetime with iat null", object{"iat": null}, lifetime, ErrTime},
		{"a lifetime from 1970 on", object{"iat": 0}, lifetime, ErrLifetime},
		{"a lifetime from the least number on",
			object{"iat": jsonNumber("-9007199254740991"), "exp": jsonNumber("9007199254740991")}, lifetime, ErrLifetime},
		{"a lifetime of years, without a limit", object{"iat": 0, "exp": 253402300799}, nil, nil},

		{"azp of one of the clients", object{"azp": "client-2"}, clients, nil},
		{"client_id of one of the clients", object{"client_id": "client-1"}, clients, nil},
		{"both of one of the clients", object{"azp": "client-1", "client_id": "client-1"}, clients, nil},
		{"bound to a key, of one of the clients", object{"azp": "client-1", "cnf": object{"jkt": "x"}}, clients, ErrBound},
		{"sub a number, of one of the clients", object{"azp": "client-1", "sub": 1}, clients, ErrClaimType},
		{"azp of another client", object{"azp": "client-3"}, clients, ErrClient},
		{"client_id of another client", object{"client_id": "client-3"}, clients, ErrClient},
		{"azp of another client with a good client_id", object{"azp": "client-3", "client_id": "client-1"}, clients,
			ErrClient},
		{"client_id of another client with a good azp", object{"azp": "client-1", "client_id": "client-3"}, clients,
			ErrClient},
		{"no client", nil, clients, ErrClient},
		{"a client that is null", object{"azp": null}, clients, ErrClient},
		{"a client in a list", object{"azp": []string{"client-1"}}, clients, ErrClient},
		{"a client that is a prefix", object{"azp": "client-"}, clients, ErrClient},
		{"a client in another case", object{"azp": "Client-1"}, clients, ErrClient},
		{"AZP is not azp", object{"AZP": "client-1"}, clients, ErrClient},
		{"any client, where none is named", object{"azp": "client-3"}, nil, nil},
		{"the client in another claim", object{"cid": "client-1"}, path, nil},
		{"another client in another claim", object{"cid": "client-2", "azp": "client-1"}, path, ErrClient},
		{"no such other claim", object{"azp": "client-1"}, path, ErrClient},
		{"the client in a claim of an object", object{"app": object{"id": "client-1"}}, nested, nil},

		{"Cognito: an access token without aud", cognito, same, nil},
		{"Cognito: an access token with another aud", cognito.with(object{"aud": resource}), same, ErrAudience},
		{"Cognito: an access token with aud null", cognito.with(object{"aud": null}), same, ErrAudience},
		{"Cognito: an access token with the API's aud", cognito.with(object{"aud": resource}), withResource, nil},
		{"Cognito: one with the API's aud among others", cognito.with(object{"aud": []string{"x", resource}}), withResource,
			nil},
		{"Cognito: one with the API's aud, of another client", cognito.with(object{"aud": resource, "client_id": "client-2"}),
			withResource, ErrClient},
		{"Cognito: one without aud where that is optional", cognito, withResource, nil},
		{"Cognito: one with the API's aud where that is required", cognito.with(object{"aud": resource}), resourceAlone, nil},
		{"Cognito: one without aud where that is required", cognito, resourceAlone, ErrAudience},
		{"Cognito: one with the API's aud, of a client that is not named",
			cognito.with(object{"aud": resource, "client_id": "client-2"}), resourceAlone, ErrClient},
		{"Cognito: one with aud and without client_id", cognito.with(object{"aud": resource, "client_id": nil}), withResource,
			ErrAudience},
	} {
		cases = append(cases, contractCase{name: "54 " + c.name, token: rs256(nil, c.claims), want: c.want, change: c.change})
	}
	return cases
}
