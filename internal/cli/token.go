package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

var tokenCommand = command{
	name:    "token",
	summary: "print a token for development, of an issuer that the assembly's authorizers take",
	usage: `usage: gatehouse token [flags]

It prints one token and nothing else. The token looks as those of the issuer do and is signed with a key of this
machine's, which is kept for you alone in your cache folder. "gatehouse dev" takes it; nothing that is deployed does.

The issuers are those of the assembly: what the included authorizer is configured with, and the user pools of Amazon
Cognito authorizers. Where there is no ` + defaultAssembly + `, they are those of the "gatehouse dev" that runs from this folder. Where
there are several, --issuer, --audience and --use choose one.

  --assembly DIR   the cloud assembly (default ` + defaultAssembly + `, or else what "gatehouse dev" serves)
  --parameters [STACK:]N=V  the value of a template parameter; as often as you like
  --issuer URL     the issuer, as tokens name it in iss (default the only one)
  --audience A     the API or the client that the token is for (default the issuer's first one)
  --subject S      the user that the token is about (default ` + devissuer.DefaultSubject + `)
  --scope X        a scope; as often as you like
  --group G        a group; as often as you like
  --role R         a role; as often as you like
  --claim N=V      another claim; as often as you like. A value that is JSON is taken as that: level=3, beta=true,
                   tags=["a","b"], zip="01234". Others are text: tenant=acme. N=null leaves a claim out.
  --expires D      how long the token is valid: 90s, 15m, 8h; -1m for one that has expired (default 1h)
  --use USE        access for an access token, id for an ID token (default what the issuer's authorizer takes)

Scopes, groups and roles go to the claims that the issuer has them in.

  curl -H "Authorization: Bearer $(gatehouse token --scope orders:read)" http://127.0.0.1:3000/prod/orders
`,
	flags: func() *flag.FlagSet { return new(tokenFlags).set() },
	run:   printToken,
}

// tokenFlags are what was asked for.
type tokenFlags struct {
	assembly              string
	parameters            pairs
	request               devissuer.TokenRequest
	scopes, groups, roles list
	claims                claims
	use                   string
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
	f.StringVar(&t.use, "use", "", "")
	return f
}

func (t *tokenFlags) parse(args []string) error {
	set := t.set()
	if err := parse(set, args); err != nil {
		return err
	}
	given := map[string]string{}
	set.Visit(func(f *flag.Flag) { given[f.Name] = f.Value.String() })
	for _, name := range []string{"assembly", "issuer", "audience", "subject"} {
		if value, ok := given[name]; ok && value == "" {
			return wrongly("--%s is empty: give it a value or leave it out", name)
		}
	}
	if t.request.Expires/time.Second == 0 {
		return wrongly("--expires %v: want a second or more, such as 15m, or as much below zero for a token that has expired", t.request.Expires)
	}
	switch t.request.Use = devissuer.Use(t.use); t.request.Use {
	case "", devissuer.Access, devissuer.ID:
	default:
		return wrongly("--use %q: want %s or %s", t.use, devissuer.Access, devissuer.ID)
	}
	t.request.Scopes, t.request.Groups, t.request.Roles = t.scopes, t.groups, t.roles
	t.request.Claims = t.claims
	return nil
}

func printToken(ctx context.Context, s *surroundings, args []string) error {
	var t tokenFlags
	if err := t.parse(args); err != nil {
		return err
	}
	from, err := t.source(ctx, s)
	if err != nil {
		return err
	}
	keys, err := openKeys(s)
	if err != nil {
		return err
	}
	provider, err := devissuer.New(keys, from.issuers, devissuer.Options{Now: s.now})
	if err != nil {
		return err
	}
	token, err := provider.Mint(t.request)
	var choice *devissuer.ChoiceError
	switch {
	case errors.As(err, &choice):
		return chooseFrom(from.name, choice)
	case err != nil:
		return err
	}
	if _, err := fmt.Fprintln(s.stdout, token); err != nil {
		return fmt.Errorf("the token could not be written: %w", err)
	}
	return nil
}

// openKeys opens the keys that tokens are signed with.
func openKeys(s *surroundings) (*devissuer.KeyStore, error) {
	cache, err := s.cacheDir()
	if err != nil {
		return nil, fmt.Errorf("no folder for the key: %w: set HOME or XDG_CACHE_HOME", err)
	}
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: devissuer.Folder(cache), Now: s.now})
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, fmt.Errorf("%w: the keys are kept in the user's cache folder, %s: make room in it and let this user write to it, "+
			"or name another one with XDG_CACHE_HOME (HOME on macOS, LOCALAPPDATA on Windows)", err, cache)
	}
	return keys, err
}

// chooseFrom lists issuers as the flags that choose them.
func chooseFrom(source string, choice *devissuer.ChoiceError) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %v", source, choice.Err)
	if choice.URL != "" {
		fmt.Fprintf(&b, ": --issuer %s", choice.URL)
	}
	b.WriteString(": choose one of")
	for _, i := range choice.Issuers {
		fmt.Fprintf(&b, "\n  --issuer %s", tryout.Quote(i.URL))
		if len(i.Audiences) > 0 {
			fmt.Fprintf(&b, " --audience %s", tryout.Quote(i.Audiences[0]))
		}
		if len(i.TakenBy) > 0 {
			fmt.Fprintf(&b, "  (for %s)", strings.Join(i.TakenBy, ", "))
		}
	}
	return errors.New(b.String())
}
