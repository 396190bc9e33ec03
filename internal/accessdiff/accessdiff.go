// Package accessdiff compares who may call the REST APIs of two access matrices, by what the routes, authorizers and
// policies in them mean and not by how they are written.
//
//	d := accessdiff.Compare(before, after)
//	os.Stdout.Write(d.Text()) // GET /orders: everyone gained (was: scope orders:read)
//	os.Exit(d.Exit())         // 0, or 3 if access is wider
//
// Each gain has a [Witness]: a request that the new API allows and the old one refuses. What cannot be compared, such
// as the code of an authorizer of the app's own, is reported as Unknown and never left out.
//
// It runs no function, and it does not compare what functions answer.
package accessdiff

import (
	"cmp"
	"slices"
)

// Effect is what a change does to access.
type Effect string

// The effects.
const (
	Gained  Effect = "gained"  // a request is allowed that was refused
	Unknown Effect = "unknown" // access may have changed, and what there is cannot be compared
	Lost    Effect = "lost"    // a request is refused that was allowed
	Changed Effect = "changed" // something that access depends on changed, and neither side is wider
)

// order is that in which effects are listed.
var order = []Effect{Gained, Unknown, Lost, Changed}

// Diff is what changed, sorted by API, effect and route; empty if nothing did.
type Diff struct {
	Changes []Change
}

// Change is one change of access.
type Change struct {
	API     string   `json:"api"`             // such as "Shop/Api"
	Route   string   `json:"route,omitempty"` // such as "GET /orders"; "" for the whole API
	Effect  Effect   `json:"effect"`
	Text    string   `json:"text"` // a sentence: "GET /orders: everyone gained (was: scope orders:read)"
	Was     string   `json:"was,omitempty"`
	Is      string   `json:"is,omitempty"`
	Witness *Witness `json:"witness,omitempty"` // of each Gained; nil else
}

// Witness is a request with its caller that the new API allows and the old one refuses.
type Witness struct {
	Verb string `json:"verb"`
	Path string `json:"path"` // without the stage

	Headers  map[string][]string `json:"headers,omitempty"`
	Query    map[string][]string `json:"query,omitempty"`
	SourceIP string              `json:"sourceIp,omitempty"`
	Stage    string              `json:"stage,omitempty"`

	// Origin is that of the page that sends the request and may read the answer, which it could not before; "" for
	// another client.
	Origin string `json:"origin,omitempty"`

	// Credentials says that the page sends cookies, so that "*" does not let it read.
	Credentials bool `json:"credentials,omitempty"`

	Caller Caller `json:"caller"`

	// Again is after how many seconds the request is sent a second time, with the same token, which has expired by then;
	// 0 for one request. The old API refuses the second one.
	Again float64 `json:"againAfterSeconds,omitempty"`

	// Function is the function whose URL is called in place of the API; "" for a request to the API.
	Function string `json:"function,omitempty"`
}

// The kinds of [Caller].
const (
	Anonymous = "none"    // brings no credentials
	Token     = "token"   // brings a token in each place where either API looks for one
	Session   = "session" // brings the cookie of a login, whose token has the claims
	Signer    = "iam"     // signs with Signature Version 4
	Own       = "own"     // brings what an authorizer function of the app's own admits
)

// Caller is who sends a request.
type Caller struct {
	Kind string `json:"kind"`

	// Issuer is that of the token: its URL, or such as "Shop/Users" for a user pool of the assembly. Audience is its aud,
	// or the client_id of an access token of Amazon Cognito; "any" is an app client that no authorizer names. Both are
	// in Claims too, which are all of the token's but for exp, iat and nbf.
	Issuer   string         `json:"issuer,omitempty"`
	Audience string         `json:"audience,omitempty"`
	Claims   map[string]any `json:"claims,omitempty"`

	// Algorithm signs the token, and Type is its typ; "" for the issuer's first and for no typ. Lifetime is exp - iat in
	// seconds, 0 for a short one, and Early how many seconds before its nbf it is sent.
	Algorithm string  `json:"algorithm,omitempty"`
	Type      string  `json:"type,omitempty"`
	Lifetime  float64 `json:"lifetimeSeconds,omitempty"`
	Early     float64 `json:"earlySeconds,omitempty"`

	// Principal is the ARN of the one who signs, and Name such as "Shop/Eve" for a role or user of the assembly. Permitted
	// says that the principal's own policies allow every call of the API, where they are not in the assembly or not known.
	Principal string `json:"principal,omitempty"`
	Name      string `json:"name,omitempty"`
	Permitted bool   `json:"permitted,omitempty"`

	// Authorizer is the authorizer of the app's own that admits an Own caller, and Silent says that it neither allows nor
	// denies the request, so that the resource policy decides.
	Authorizer string `json:"authorizer,omitempty"`
	Silent     bool   `json:"silent,omitempty"`

	unread   bool   // the principal's own policies are not known
	decides  string // what the authorizer decides by
	admitted bool   // a guard admits this caller, whatever it decides by

	// APIKey is the logical id of a key of a usage plan, such as "Shop/Key", or "any" for a key that is not in the
	// assembly; "" for none.
	APIKey string `json:"apiKey,omitempty"`
}

// Exit is the status of the command: 3 if access is wider anywhere, else 4 if something cannot be compared, else 0. A
// gain is certain and what cannot be compared is not, so 3 comes first; both are in the output.
func (d *Diff) Exit() int {
	has := func(e Effect) bool {
		return slices.ContainsFunc(d.Changes, func(c Change) bool { return c.Effect == e })
	}
	switch {
	case has(Gained):
		return 3
	case has(Unknown):
		return 4
	}
	return 0
}

// sort orders the changes and leaves out those that are there twice.
func (d *Diff) sort() {
	slices.SortStableFunc(d.Changes, func(x, y Change) int {
		return cmp.Or(cmp.Compare(x.API, y.API),
			cmp.Compare(slices.Index(order, x.Effect), slices.Index(order, y.Effect)),
			cmp.Compare(x.Route, y.Route), cmp.Compare(x.Text, y.Text))
	})
	d.Changes = slices.CompactFunc(d.Changes, func(x, y Change) bool {
		return x.API == y.API && x.Effect == y.Effect && x.Text == y.Text
	})
}
