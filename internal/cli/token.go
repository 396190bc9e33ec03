package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"net/http"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

var tokenCommand = command.Command{
	Name:    "token",
	Summary: "print a development token of an issuer that the assembly's authorizers accept",
	Usage: `usage: gatehouse token [flags]

Prints one token and nothing else. The token has the format of its issuer's
tokens. It is signed with a development key or, if it is opaque, encrypted with
it; the key is in your cache folder, and only you can read it. "gatehouse dev"
accepts the token; a deployed API does not.

The issuers are those of the assembly: the issuers of included authorizers and
JWT authorizers, and the user pools of Amazon Cognito authorizers. Without
` + command.DefaultAssembly + `, they are those of the "gatehouse dev" that runs from this folder. If
there are several, select one with --issuer, --audience and --use.

  --assembly DIR            the cloud assembly (default ` + command.DefaultAssembly + `, or else what
                            "gatehouse dev" serves)
  --parameters [STACK:]N=V  the value of a template parameter; repeatable
  --issuer URL              the issuer, as in the claim iss (default the only
                            one)
  --audience A              the API or the client that the token is for (default
                            the issuer's first one)
  --subject S               the user that the token identifies (default
                            ` + devissuer.DefaultSubject + `)
  --scope X                 a scope; repeatable
  --group G                 a group; repeatable
  --role R                  a role; repeatable
  --claim N=V               another claim; repeatable. A value is JSON if it is
                            valid JSON: level=3, beta=true, tags=["a","b"],
                            zip="01234". Otherwise it is text: tenant=acme.
                            N=null removes a claim.
  --expires D               the lifetime of the token: 90s, 15m, 8h; -1m for an
                            expired token (default 1h)
  --opaque                  an opaque token, from an issuer with introspection
                            (default if the issuer has no others)
  --use USE                 access for an access token, id for an ID token
                            (default what the issuer's authorizer accepts)
  --client-secret           print the clients' secret at the development
                            issuer's token endpoint, instead of a token
  --proof TOKEN             print a DPoP proof for one request with this token,
                            instead of a token
  --method M                the method of the request of --proof (default GET)
  --url URL                 the URL of the request of --proof

Scopes, groups and roles are written to the claims that the issuer uses for
them.

  curl -H "Authorization: Bearer $(gatehouse token --scope orders:read)" \
    http://127.0.0.1:3000/prod/orders
`,
	Flags: func() *flag.FlagSet { return new(tokenFlags).set() },
	Run:   printToken,
}

// tokenFlags are the flags of the command.
type tokenFlags struct {
	assembly              string
	parameters            command.Pairs
	request               devissuer.TokenRequest
	scopes, groups, roles command.List
	claims                claims
	use                   string
	clientSecret          bool
	proof, method, url    string
}

func (t *tokenFlags) set() *flag.FlagSet {
	f := flag.NewFlagSet("token", flag.ContinueOnError)
	f.StringVar(&t.assembly, "assembly", "", "")
	f.Var(&t.parameters, "parameters", "")
	f.StringVar(&t.request.Issuer, "issuer", "", "")
	f.StringVar(&t.request.Audience, "audience", "", "")
	f.StringVar(&t.request.Subject, "subject", devissuer.DefaultSubject, "")
	f.Var(&t.scopes, "scope", "")
	f.Var(&t.groups, "group", "")
	f.Var(&t.roles, "role", "")
	f.Var(&t.claims, "claim", "")
	f.DurationVar(&t.request.Expires, "expires", devissuer.DefaultExpires, "")
	f.BoolVar(&t.request.Opaque, "opaque", false, "")
	f.StringVar(&t.use, "use", "", "")
	f.BoolVar(&t.clientSecret, "client-secret", false, "")
	f.StringVar(&t.proof, "proof", "", "")
	f.StringVar(&t.method, "method", "", "")
	f.StringVar(&t.url, "url", "", "")
	return f
}

func (t *tokenFlags) parse(args []string) error {
	set := t.set()
	if err := command.Parse(set, args); err != nil {
		return err
	}
	if err := command.NotEmpty(set, "assembly", "issuer", "audience", "subject", "proof", "method", "url"); err != nil {
		return err
	}
	switch {
	case t.proof != "" && !strings.Contains(t.url, "://"):
		return command.Wrongly("--proof without the --url of the request, such as http://127.0.0.1:3000/prod/orders")
	case t.proof == "" && t.method+t.url != "":
		return command.Wrongly("--method and --url without --proof: give the token of the request")
	}
	if t.request.Expires/time.Second == 0 {
		return command.Wrongly(
			"--expires %v: want a second or more, such as 15m, or less than minus a second for an expired token",
			t.request.Expires,
		)
	}
	switch t.request.Use = devissuer.Use(t.use); t.request.Use {
	case "", devissuer.Access, devissuer.ID:
	default:
		return command.Wrongly("--use %q: want %s or %s", t.use, devissuer.Access, devissuer.ID)
	}
	t.request.Scopes, t.request.Groups, t.request.Roles = t.scopes, t.groups, t.roles
	t.request.Claims = t.claims
	return nil
}

func printToken(ctx context.Context, p *command.Process, args []string) error {
	var t tokenFlags
	if err := t.parse(args); err != nil {
		return err
	}
	switch {
	case t.clientSecret:
		return printClientSecret(p)
	case t.proof != "":
		return t.printProof(p)
	}
	from, err := t.source(ctx, p)
	if err != nil {
		return err
	}
	keys, err := command.OpenKeys(p)
	if err != nil {
		return err
	}
	provider, err := devissuer.New(keys, from.issuers, devissuer.Options{Now: p.Now})
	if err != nil {
		return err
	}
	token, err := provider.Mint(t.request)
	var choice *devissuer.ChoiceError
	switch {
	case errors.As(err, &choice):
		return command.ChooseFrom(from.name, choice)
	case err != nil:
		return err
	}
	return p.Print("the token", []byte(token+"\n"))
}

// printProof prints a proof by the development client's key, to which the command and "gatehouse dev" bind tokens.
func (t *tokenFlags) printProof(p *command.Process) error {
	keys, err := command.OpenKeys(p)
	if err != nil {
		return err
	}
	provider, err := devissuer.New(keys, nil, devissuer.Options{Now: p.Now})
	if err != nil {
		return err
	}
	proof, err := provider.Proof(cmp.Or(t.method, http.MethodGet), t.url, t.proof)
	if err != nil {
		return err
	}
	return p.Print("the proof", []byte(proof+"\n"))
}

// printClientSecret prints the secret of clients. It is the same for all clients and all assemblies.
func printClientSecret(p *command.Process) error {
	keys, err := command.OpenKeys(p)
	if err != nil {
		return err
	}
	provider, err := devissuer.New(keys, nil, devissuer.Options{Now: p.Now})
	if err != nil {
		return err
	}
	secret, err := provider.ClientSecret()
	if err != nil {
		return err
	}
	return p.Print("the secret", []byte(secret+"\n"))
}
