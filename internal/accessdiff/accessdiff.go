// Package accessdiff compares who may call the REST APIs of two access matrices. It compares what the routes,
// authorizers and policies mean, and not how they are written.
//
//	d := accessdiff.Compare(before, after)
//	os.Stdout.Write(d.Text()) // GET /orders: everyone gained (was: scope orders:read)
//	os.Exit(d.Exit())         // 0, or 3 if access is wider
//
// Each gain has a [Witness]: a request that the new API allows and the old one refuses. What cannot be compared, such
// as the code of an app's own authorizer, is reported as Unknown and never left out.
//
// It runs no function, and it does not compare what functions answer.
package accessdiff

import (
	"cmp"
	"slices"
)

// Effect is the effect of a change on access.
type Effect string

// The effects.
const (
	Gained  Effect = "gained"  // a request is allowed that was refused
	Unknown Effect = "unknown" // access may have changed, and the two sides cannot be compared
	Lost    Effect = "lost"    // a request is refused that was allowed
	Changed Effect = "changed" // something that access depends on changed, and neither side is wider
)

// order is the order in which effects are listed.
var order = []Effect{Gained, Unknown, Lost, Changed}

// Diff is the list of changes, sorted by API, effect and route. It is empty if nothing changed.
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
	Witness *Witness `json:"witness,omitempty"` // set for each Gained; nil for others
}

// Witness is a request, with its caller, that the new API allows and the old one refuses.
type Witness struct {
	Verb string `json:"verb"`
	Path string `json:"path"` // without the stage

	Headers  map[string][]string `json:"headers,omitempty"`
	Query    map[string][]string `json:"query,omitempty"`
	SourceIP string              `json:"sourceIp,omitempty"`
	Stage    string              `json:"stage,omitempty"`

	// SourceVPC and SourceVPCEndpoint are what a request to a private API comes through: ones that no policy names. They
	// are "" for a request to another API.
	SourceVPC         string `json:"sourceVpc,omitempty"`
	SourceVPCEndpoint string `json:"sourceVpce,omitempty"`

	// Origin is the origin of a page that sends the request and can now read the answer; "" for any other client.
	Origin string `json:"origin,omitempty"`

	// Credentials reports whether the page sends cookies, so that "*" does not allow it to read the answer.
	Credentials bool `json:"credentials,omitempty"`

	Caller Caller `json:"caller"`

	// Again is the delay in seconds after which the request is sent again with the same token, which has expired by then;
	// 0 for a single request. The old API refuses the second request.
	Again float64 `json:"againAfterSeconds,omitempty"`

	// Function is the function whose URL is called instead of the API; "" for a request to the API.
	Function string `json:"function,omitempty"`
}

// The kinds of [Caller].
const (
	Anonymous = "none"    // has no credentials
	Token     = "token"   // sends a token in every place where either API looks for one
	Session   = "session" // sends the cookie of a login, whose token has the claims
	Signer    = "iam"     // signs with Signature Version 4
	Own       = "own"     // sends what an app's own authorizer function admits
)

// Caller is who sends a request.
type Caller struct {
	Kind string `json:"kind"`

	// Issuer is the issuer of the token: its URL, or a name such as "Shop/Users" for a user pool of the assembly. Audience
	// is its aud, or the client_id of an access token of Amazon Cognito; "any" is an app client that no authorizer names.
	// Both are also in Claims, which holds all claims of the token except exp, iat and nbf.
	Issuer   string         `json:"issuer,omitempty"`
	Audience string         `json:"audience,omitempty"`
	Claims   map[string]any `json:"claims,omitempty"`

	// Algorithm is the signing algorithm of the token, and Type its typ; "" means the issuer's first algorithm and no typ.
	// Lifetime is exp - iat in seconds, 0 for a short one, and Early how many seconds before its nbf the token is sent.
	Algorithm string  `json:"algorithm,omitempty"`
	Type      string  `json:"type,omitempty"`
	Lifetime  float64 `json:"lifetimeSeconds,omitempty"`
	Early     float64 `json:"earlySeconds,omitempty"`

	// Principal is the ARN of the signer, and Name a name such as "Shop/Eve" for a role or user of the assembly. Permitted
	// says that the principal's own policies allow every call of the API, if they are unknown or not in the assembly.
	Principal string `json:"principal,omitempty"`
	Name      string `json:"name,omitempty"`
	Permitted bool   `json:"permitted,omitempty"`

	// Authorizer is the app's own authorizer that admits an Own caller. Silent says that it neither allows nor denies the
	// request, so that the resource policy decides.
	Authorizer string `json:"authorizer,omitempty"`
	Silent     bool   `json:"silent,omitempty"`

	unread   bool   // the principal's own policies are not known
	decides  string // what the authorizer's decision depends on
	admitted bool   // a guard admits this caller, whatever its decision depends on

	// APIKey is the logical ID of a usage plan's key, such as "Shop/Key", or "any" for a key outside the assembly; "" for
	// none.
	APIKey string `json:"apiKey,omitempty"`
}

// Exit returns the status of the command: 3 if access is wider anywhere, else 4 if something cannot be compared, else
// 0. A gain is certain, and what cannot be compared is not, so 3 takes precedence. The output shows both.
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

// sort sorts the changes and removes duplicates.
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
