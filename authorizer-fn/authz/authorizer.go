package authz

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt/strictjson"
)

// ErrUnauthorized is the one error that API Gateway answers with 401; its text must be exactly this. To any other it
// answers 500, and it caches neither.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
var ErrUnauthorized = errors.New("Unauthorized")

// errUnavailable is all that a caller of the function learns where no answer can be given. The log has the reason.
var errUnavailable = errors.New("authz: no decision can be made at the moment")

// Options are what an authorizer takes from outside. The zero value is right in Lambda.
type Options struct {
	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Transport makes the requests for keys and secrets. Default: see [jwt.Options].
	Transport http.RoundTripper

	// Logger gets one line a decision, and what becomes of keys. Default: JSON to the standard output.
	Logger *slog.Logger

	// Files hold the access table. Default: the function's bundle, LAMBDA_TASK_ROOT.
	Files fs.FS

	// AllowLoopbackHTTP accepts an issuer on the loopback interface without TLS. For tests.
	AllowLoopbackHTTP bool
}

// tokenCacheSize is how many verified tokens are remembered: what one execution environment sees in five minutes.
const tokenCacheSize = 2048

// Authorizer decides on events. It is a lambda.Handler, and any number of goroutines may use it.
type Authorizer struct {
	config   Config
	issuers  map[string]Issuer
	sources  []TokenSource
	table    *access.Table
	policies *iampolicy.Compiler
	verifier *jwt.Verifier
	now      func() time.Time
	log      *slog.Logger
}

// FromLambda makes the authorizer of a Lambda function: its configuration from the environment, the access table from
// the bundle. The first requests for keys are on their way when it returns.
func FromLambda(getenv func(string) string, o Options) (*Authorizer, error) {
	config, err := FromEnvironment(getenv)
	if err != nil {
		return nil, err
	}
	if o.Files == nil {
		root := getenv("LAMBDA_TASK_ROOT")
		if root == "" {
			root = "."
		}
		o.Files = os.DirFS(root)
	}
	text, err := fs.ReadFile(o.Files, access.FileName)
	if err != nil {
		return nil, fmt.Errorf("authz: the access table is not in the bundle; the secureapi construct puts it there: %w", err)
	}
	table, err := access.Parse(text)
	if err != nil {
		return nil, err
	}
	a, err := newAuthorizer(config, table, getenv, o)
	if err != nil {
		return nil, err
	}
	a.verifier.Start(context.Background())
	return a, nil
}

func newAuthorizer(config Config, table *access.Table, getenv func(string) string, o Options) (*Authorizer, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewJSONHandler(os.Stdout, nil))
	}
	a := &Authorizer{config: config, issuers: map[string]Issuer{}, sources: config.TokenSources, table: table, now: o.Now, log: o.Logger}
	if len(a.sources) == 0 {
		a.sources = []TokenSource{{Header, "Authorization"}}
	}
	var err error
	if a.policies, err = iampolicy.NewCompiler(table); err != nil {
		return nil, err
	}
	options := jwt.Options{Now: o.Now, Transport: o.Transport, Logger: o.Logger}
	if !config.NoTokenCache {
		options.TokenCache = tokenCacheSize
	}
	vault := secrets{getenv: getenv, transport: o.Transport, now: o.Now}
	for _, i := range config.Issuers {
		a.issuers[i.URL] = i
		issuer := jwt.Issuer{
			URL: i.URL, Audiences: i.Audiences, Algorithms: i.Algorithms, JWKSURL: i.JWKSURL, Type: i.Type, TokenUse: i.TokenUse,
			Leeway: i.Leeway(), AllowLoopbackHTTP: o.AllowLoopbackHTTP,
		}
		if i.SecretARN != "" {
			issuer.Secret = vault.key(i.SecretARN, i.SecretField)
		}
		options.Issuers = append(options.Issuers, issuer)
	}
	if a.verifier, err = jwt.New(options); err != nil {
		return nil, err
	}
	return a, nil
}

// Invoke answers one event. The error is [ErrUnauthorized], or another one that says nothing of the reason: that is in
// the log, with the request's id.
func (a *Authorizer) Invoke(ctx context.Context, payload []byte) (answer []byte, err error) {
	d := decision{start: a.now()}
	defer func() {
		if p := recover(); p != nil {
			// What panics may hold a token, so not even its value is logged.
			d.outcome, d.reason = failed, fmt.Sprintf("panic: %T", p)
			answer, err = nil, errUnavailable
		}
		d.log(ctx, a.log, a.now())
	}()
	answer, err = a.decide(ctx, payload, &d)
	switch {
	case err == nil:
		return answer, nil
	case errors.Is(err, jwt.ErrRejected):
		d.outcome, d.reason = unauthorized, jwt.Reason(err)
		return nil, ErrUnauthorized
	}
	d.outcome, d.reason = failed, err.Error()
	return nil, errUnavailable
}

// errPrincipal: the token does not say who calls, or not in a name that can be passed on.
var errPrincipal = fmt.Errorf("%w: the principal's claim is missing, no text, or too long", jwt.ErrRejected)

// decide goes the whole way: event, token, claims, rights, policy, answer.
func (a *Authorizer) decide(ctx context.Context, payload []byte, d *decision) ([]byte, error) {
	var doc strictjson.Document
	e, err := readEvent(&doc, string(payload))
	if err != nil {
		return nil, err
	}
	arn, err := iampolicy.ParseARN(e.methodARN)
	if err != nil {
		return nil, err
	}
	if rule, ok := a.table.Match(arn.Verb, arn.Path); ok {
		d.route = a.table.Rules()[rule].Pattern.String()
	}
	text, err := e.findToken(a.sources)
	if err != nil {
		return nil, err
	}
	verifying := a.now()
	token, err := a.verifier.Verify(ctx, text)
	d.verified = a.now().Sub(verifying)
	if err != nil {
		return nil, err
	}
	issuer := a.issuers[token.Issuer()]
	d.issuer, d.kid = token.Issuer(), token.KeyID()
	principal, ok := issuer.principalOf(token)
	if !ok {
		return nil, errPrincipal
	}
	d.principal = principal
	rights := issuer.rightsOf(token)
	permitted := a.table.Permitted(rights)
	_, allow := iampolicy.Method(a.table, permitted, arn)
	if d.outcome = denied; allow {
		d.outcome = allowed
	}
	policy, err := a.policy(arn, permitted, allow)
	if err != nil {
		return nil, err
	}
	return appendAnswer(nil, principal, policy, a.config.contextOf(token, rights)), nil
}

// policy is for the whole API, as API Gateway caches it and evaluates it for the token's next requests too; or, where
// each answer serves one request, for the method ARN of that.
func (a *Authorizer) policy(arn iampolicy.ARN, permitted []bool, allow bool) ([]byte, error) {
	if a.config.PerRequest {
		return iampolicy.AppendMethod(nil, arn, allow), nil
	}
	return a.policies.Append(nil, arn.Prefix(), permitted)
}
