package authz

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Options are the authorizer's external dependencies. The zero value is right for Lambda.
type Options struct {
	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Transport makes the requests for keys and secrets. It does not follow redirects. Default: TCP and TLS; HTTPS_PROXY
	// and related variables apply as in net/http.
	Transport http.RoundTripper

	// Log receives a line of JSON for each decision and each key fetch, each in one Write and never concurrently. Default:
	// standard output.
	Log io.Writer

	// Files contains the access table. Default: the function's bundle in LAMBDA_TASK_ROOT.
	Files fs.FS

	// Hook takes part in each decision. Default: none.
	Hook Hook

	// AllowLoopbackHTTP accepts keys and secrets without TLS from the loopback interface, for tests. Only code can set it,
	// so no configuration can turn it on in a deployed function.
	AllowLoopbackHTTP bool

	// HookTimeout is the timeout of the hook. Default: [DefaultHookTimeout].
	HookTimeout time.Duration

	askTimeout time.Duration // of introspection, for tests; default: that of package introspection
}

// tokenCacheSize is the number of verified tokens that are cached, at about 2 KB each. tokenCacheBytes is the memory
// that they may use together, so that fewer are cached if they are large: a single one can take 100 KB. One execution
// environment serves one request at a time, mostly with tokens for which API Gateway has no cached answer.
const (
	tokenCacheSize  = 512
	tokenCacheBytes = 2 << 20
)

// Authorizer decides on events. It is a lambda.Handler and is safe for concurrent use.
type Authorizer struct {
	config      Config
	issuers     map[string]Issuer
	sources     []TokenSource
	table       *access.Table
	routes      func() []string                          // the rules' patterns, for the log; created when first needed
	policies    func() (*policycompiler.Compiler, error) // created when first needed
	verifier    *jwt.Verifier                            // for JWTs; nil if no issuer has them
	endpoints   map[string]asker                         // of the issuers that are asked about their JWTs
	opaque      asker                                    // the issuer that is asked about opaque tokens; may be nil
	session     any                                      // belongs to [sessions]; nil without sessions
	proofs      any                                      // of DPoP; nil if no tokens are bound by it
	hook        Hook
	hookTimeout time.Duration
	now         func() time.Time
	log         *journal
	answerSize  atomic.Int64 // how much room the next answer is likely to need
}

// FromLambda creates the authorizer of a Lambda function. It reads the configuration from the environment and the
// access table from the bundle.
//
// It fetches in the background what only decisions need, mainly keys and secrets. The first decision waits for that,
// and the log has the results of key fetches. With provisioned concurrency, FromLambda itself waits, because Lambda may
// freeze the function as soon as it is initialized.
//
// The error is an [ErrConfig] or describes a fault of the access table. The function must then not start.
func FromLambda(getenv func(string) string, o Options) (*Authorizer, error) {
	root := getenv("LAMBDA_TASK_ROOT")
	if err := settings.Misplaced(getenv); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	config, err := FromEnvironment(getenv)
	if err != nil {
		return nil, err
	}
	if o.Files == nil {
		if root == "" {
			root = "."
		}
		o.Files = os.DirFS(root)
	}
	text, err := fs.ReadFile(o.Files, access.FileName)
	if err != nil {
		return nil, fmt.Errorf("authz: the access table is not in the bundle; the secureapi construct puts it there: "+
			"%w", err)
	}
	table, err := access.Parse(text)
	if err != nil {
		return nil, err
	}
	a, err := newAuthorizer(config, table, getenv, o)
	if err != nil {
		return nil, err
	}
	// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
	if getenv("AWS_LAMBDA_INITIALIZATION_TYPE") == "provisioned-concurrency" {
		if err := a.wait(context.Background()); err != nil {
			return nil, err
		}
		return a, nil
	}
	time.AfterFunc(fetchDelay, func() { a.start(context.Background()) })
	if keepsSessions && a.session != nil {
		time.AfterFunc(compileDelay, func() { sessions.start(context.Background(), a) })
	}
	if !config.PerRequest {
		time.AfterFunc(compileDelay, func() { a.policies() })
	}
	return a, nil
}

// The function does not begin its background work until it has told Lambda that it is ready. Policies and the keys of
// sessions wait until the request for the issuer's keys has been sent, because each takes longer if they run side by
// side. A decision that comes earlier does not wait for these delays.
const (
	fetchDelay   = 300 * time.Microsecond
	compileDelay = time.Millisecond
)

// wait prepares what decisions need. The error is an [ErrConfig], with which there will never be a decision. Keys that
// cannot be fetched at the moment are not an error.
func (a *Authorizer) wait(ctx context.Context) error {
	a.start(ctx)
	if !a.config.PerRequest {
		if _, err := a.policies(); err != nil {
			return fmt.Errorf("%w: %w", ErrConfig, err)
		}
	}
	if keepsSessions && a.session != nil {
		sessions.ready(ctx, a)
	}
	if a.verifier == nil {
		return nil
	}
	if err := a.verifier.Ready(ctx); errors.Is(err, jwt.ErrConfig) {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return nil
}

// start begins to fetch what decisions need without waiting for it.
func (a *Authorizer) start(ctx context.Context) {
	if a.verifier != nil {
		a.verifier.Start(ctx)
	}
	if asksIssuers {
		if a.opaque != nil {
			a.opaque.start(ctx)
		}
		for _, e := range a.endpoints {
			e.start(ctx)
		}
	}
}

// checkVault refuses an endpoint that secrets must not be fetched from.
func checkVault(vault secretsmanager.Client, loopbackHTTP bool) error {
	if err := vault.Check(loopbackHTTP); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return nil
}

// jwtIssuer returns the settings of an issuer for package jwt, except for a secret.
func (c Config) jwtIssuer(i Issuer, loopbackHTTP bool) jwt.Issuer {
	return jwt.Issuer{
		URL:               i.URL,
		Audiences:         i.Audiences,
		Algorithms:        i.Algorithms,
		JWKSURL:           i.JWKSURL,
		Type:              i.Type,
		TokenUse:          i.TokenUse,
		Leeway:            c.leeway(i),
		AcceptBoundTokens: i.AcceptBoundTokens || i.CertificateBound || i.DPoPBound, // see checkHolder
		Clients:           i.Clients,
		ClientClaim:       i.ClientClaim,
		MaxLifetime:       i.MaxLifetime,
		MaxKeyAge:         i.MaxKeyAge,
		StaleCeiling:      i.StaleCeiling,
		AllowLoopbackHTTP: loopbackHTTP,
	}
}

// compiler returns the compiler of policies.
func (a *Authorizer) compiler() (*policycompiler.Compiler, error) {
	c, err := policycompiler.NewCompiler(a.table)
	if err != nil {
		return nil, err
	}
	c.DenyEscapes = a.config.DenyEscapedPaths
	if keepsSessions && a.config.Session != nil {
		c.Limit -= policycompiler.SafeOnlySize
	}
	return c, nil
}

func newAuthorizer(config Config, table *access.Table, getenv func(string) string, o Options) (*Authorizer, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	if o.HookTimeout < 0 {
		return nil, fmt.Errorf("%w: Options.HookTimeout is %v: leave it out for the default", ErrConfig, o.HookTimeout)
	}
	a := &Authorizer{
		config: config, issuers: map[string]Issuer{}, sources: config.TokenSources, table: table,
		hook: o.Hook, hookTimeout: cmp.Or(o.HookTimeout, DefaultHookTimeout), now: o.Now,
	}
	if a.now == nil {
		a.now = time.Now
	}
	if o.Log == nil {
		o.Log = os.Stdout
	}
	a.log = newJournal(o.Log, getenv("AWS_LAMBDA_FUNCTION_NAME"), !config.NoMetrics)
	if len(a.sources) == 0 {
		a.sources = []TokenSource{{Header, "Authorization"}}
	}
	if err := a.startProofs(getenv); err != nil {
		return nil, err
	}
	a.routes = sync.OnceValue(func() (patterns []string) {
		for _, r := range table.Rules() {
			patterns = append(patterns, r.Pattern.String())
		}
		return patterns
	})
	a.policies = sync.OnceValues(a.compiler)
	options := jwt.Options{Now: a.now, Transport: o.Transport, Observe: func(f jwt.Fetch) {
		defer func() { recover() }() // a panic in Options.Log must not end the process
		a.log.fetch(f, a.now())
	}}
	if !config.NoTokenCache {
		options.TokenCache, options.TokenCacheBytes = tokenCacheSize, tokenCacheBytes
	}
	loopbackHTTP := settings.RunsHere || o.AllowLoopbackHTTP
	vault := secretsmanager.Client{Getenv: getenv, Transport: o.Transport, Now: a.now}
	if keepsSessions && sessions.open != nil {
		if err := sessions.open(a, vault, loopbackHTTP); err != nil {
			return nil, err
		}
	}
	for _, i := range config.Issuers {
		a.issuers[i.URL] = i
		issuer := config.jwtIssuer(i, loopbackHTTP)
		if i.SecretARN != "" {
			if err := checkVault(vault, loopbackHTTP); err != nil {
				return nil, err
			}
			issuer.Secret = vault.Field(i.SecretARN, i.SecretField)
		}
		if i.Introspection == nil || i.Introspection.VerifyJWTs {
			options.Issuers = append(options.Issuers, issuer)
		}
		if asksIssuers && i.Introspection != nil {
			from := endpointOptions{options, vault, func() *jwt.Verifier { return a.verifier }, o.askTimeout}
			if err := a.introspect(i.Introspection, issuer, from); err != nil {
				return nil, err
			}
		}
	}
	if asksIssuers && len(options.Issuers) == 0 && a.opaque != nil {
		return a, nil
	}
	var err error
	if a.verifier, err = jwt.New(options); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return a, nil
}
