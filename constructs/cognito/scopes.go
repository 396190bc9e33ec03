package cognito

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// standard are the scopes that each pool has.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
var standard = []string{"openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"}

// What Cognito takes, and how much of it.
// Sources: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResourceServerType.html and
// API_ResourceServerScopeType.html beside it, and, for a client's scopes, API_CreateUserPoolClient.html
var (
	identifiers = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]+$`)
	scopeNames  = regexp.MustCompile(`^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+$`)
	serverNames = regexp.MustCompile(`^[A-Za-z0-9_ +=,.@-]+$`)
	notInName   = regexp.MustCompile(`[^A-Za-z0-9_ +=,.@-]+`)
)

// takes says whether Cognito takes a name: of the form, and of up to 256 characters.
func takes(form *regexp.Regexp, name string) bool { return len(name) <= 256 && form.MatchString(name) }

const (
	maxScopes       = 100 // of a resource server
	maxClientScopes = 50
)

// scopes are the resource servers that a pool has, and the scopes that the table names.
type scopes struct {
	servers []ResourceServer
	open    map[string]bool // servers whose scopes are the table's
	table   []string        // each once, standard ones with them, in the table's order
}

// newScopes makes the resource servers of the table.
func newScopes(routes []secureapi.Route, given []ResourceServer) (*scopes, []error) {
	s := &scopes{open: map[string]bool{}}
	var errs []error
	for i, server := range given {
		if err := server.check(given[:i]); err != nil {
			errs = append(errs, err)
			continue
		}
		s.open[server.Identifier] = len(server.Scopes) == 0
		server.Scopes = slices.Clone(server.Scopes)
		s.servers = append(s.servers, server)
	}
	if len(errs) > 0 {
		return s, errs // the routes would be refused because of these
	}
	for _, r := range routes {
		for _, scope := range secureapi.Scopes(r) {
			if err := s.add(scope, len(given) > 0); err != nil {
				errs = append(errs, fmt.Errorf("route %q: %w", r.Pattern, err))
			}
		}
	}
	if len(given) == 0 {
		slices.SortFunc(s.servers, func(x, y ResourceServer) int { return cmp.Compare(x.Identifier, y.Identifier) })
	}
	for _, server := range s.servers {
		if s.open[server.Identifier] {
			slices.SortFunc(server.Scopes, func(x, y Scope) int { return cmp.Compare(x.Name, y.Name) })
		}
		switch n := len(server.Scopes); {
		case n == 0:
			errs = append(errs, fmt.Errorf("ResourceServers: %q has no scopes, and the table names none of it: give it Scopes, "+
				"or leave it out", server.Identifier))
		case n > maxScopes:
			errs = append(errs, fmt.Errorf("the resource server %q has %d scopes, and Cognito takes %d: use a second resource "+
				"server", server.Identifier, n, maxScopes))
		}
	}
	return s, errs
}

// add notes a scope of the table.
func (s *scopes) add(scope string, given bool) error {
	if slices.Contains(s.table, scope) {
		return nil
	}
	if slices.Contains(standard, scope) {
		s.table = append(s.table, scope)
		return nil
	}
	identifier, name, err := split(scope)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(s.servers, func(r ResourceServer) bool { return r.Identifier == identifier })
	switch {
	case i < 0 && given:
		return fmt.Errorf("the scope %q is of the resource server %q, which is not among ResourceServers, %q: add it there, "+
			"or write one of theirs", scope, identifier, s.identifiers())
	case i < 0:
		i = len(s.servers)
		s.servers = append(s.servers, ResourceServer{Identifier: identifier})
		s.open[identifier] = true
	}
	server := &s.servers[i]
	if !s.open[identifier] && !server.has(name) {
		return fmt.Errorf("the resource server %q has no scope %q: add it to its Scopes, or write one of them: %s",
			identifier, name, server.names())
	}
	if s.open[identifier] {
		server.Scopes = append(server.Scopes, Scope{Name: name})
	}
	s.table = append(s.table, scope)
	return nil
}

// split finds the resource server of a scope. A server's identifier may have slashes; the name of a scope has none.
func split(scope string) (identifier, name string, err error) {
	if cdktoken.Unresolved(scope) {
		return "", "", fmt.Errorf("the scope %q is a CDK token, and the pool's resource servers are made of its text: write "+
			"it out", scope)
	}
	i := strings.LastIndexByte(scope, '/')
	if i < 0 {
		return "", "", fmt.Errorf("no resource server can have the scope %q: in the tokens of a user pool a scope is "+
			"SERVER/SCOPE: write it as %q", scope, "api/"+strings.ReplaceAll(scope, ":", "."))
	}
	identifier, name = scope[:i], scope[i+1:]
	if !takes(identifiers, identifier) || !takes(scopeNames, name) {
		return "", "", fmt.Errorf("no resource server can have the scope %q: want SERVER/SCOPE, each of 1 to 256 printable "+
			"ASCII characters without spaces, quotes and backslashes, like %q", scope, "notes/read")
	}
	return identifier, name, nil
}

// known refuses a list that names a scope that the pool does not have, or one twice.
func (s *scopes) known(list []string) error {
	for i, scope := range list {
		if slices.Contains(list[:i], scope) {
			return fmt.Errorf("it has %q twice: leave one out", scope)
		}
		if slices.Contains(standard, scope) {
			continue
		}
		identifier, name, err := split(scope)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(s.servers, func(r ResourceServer) bool { return r.Identifier == identifier && r.has(name) }) {
			return fmt.Errorf("no resource server has the scope %q: neither the table nor ResourceServers names it; there "+
				"are %q", scope, s.all())
		}
	}
	return nil
}

// all are the scopes of all resource servers.
func (s *scopes) all() (out []string) {
	for _, server := range s.servers {
		for _, scope := range server.Scopes {
			out = append(out, server.Identifier+"/"+scope.Name)
		}
	}
	return out
}

func (s *scopes) identifiers() (out []string) {
	for _, server := range s.servers {
		out = append(out, server.Identifier)
	}
	return out
}

func (r ResourceServer) has(name string) bool {
	return slices.ContainsFunc(r.Scopes, func(s Scope) bool { return s.Name == name })
}

func (r ResourceServer) names() string {
	var names []string
	for _, s := range r.Scopes {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// check looks at a given resource server, beside those before it.
func (r ResourceServer) check(before []ResourceServer) error {
	bad := func(format string, a ...any) error {
		return fmt.Errorf("ResourceServers: %q: %w", r.Identifier, fmt.Errorf(format, a...))
	}
	switch {
	case cdktoken.Unresolved(r.Identifier) || !takes(identifiers, r.Identifier):
		return bad("want an Identifier of 1 to 256 printable ASCII characters without spaces, quotes and backslashes, "+
			"like %q", "notes")
	case slices.ContainsFunc(before, func(b ResourceServer) bool { return b.Identifier == r.Identifier }):
		return bad("there are two of this Identifier: leave one out")
	case r.Name != "" && !cdktoken.Unresolved(r.Name) && !takes(serverNames, r.Name):
		return bad("the Name %q: want up to 256 letters, digits, spaces and + = , . @ - _", r.Name)
	}
	for i, s := range r.Scopes {
		switch {
		case !takes(scopeNames, s.Name):
			return bad("the scope %q: want a Name of 1 to 256 printable ASCII characters without spaces, slashes, quotes and "+
				"backslashes, like %q", s.Name, "read")
		case slices.ContainsFunc(r.Scopes[:i], func(b Scope) bool { return b.Name == s.Name }):
			return bad("it has the scope %q twice: leave one out", s.Name)
		case utf8.RuneCountInString(s.Description) > 256:
			return bad("the scope %q: its Description has %d characters, and Cognito takes 256", s.Name,
				utf8.RuneCountInString(s.Description))
		}
	}
	return nil
}

// name is the server's own, or one that the identifier makes.
func (r ResourceServer) name() string {
	return cmp.Or(r.Name, notInName.ReplaceAllString(r.Identifier, "-"))
}

// describe are the words for a scope.
func (s Scope) describe(server ResourceServer) string {
	return cmp.Or(s.Description, fmt.Sprintf("%.256s", server.Identifier+"/"+s.Name))
}
