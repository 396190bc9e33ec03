package gofunction

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction/internal/gobuild"
)

// What a function gets that does not say otherwise. API Gateway waits 29 s for a function by default, so a client
// learns of a hanging one well before that. Lambda gives CPU in proportion to memory, and TLS at the cold start wants
// more than 128 MB give: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
const (
	defaultTimeoutSeconds = 10
	defaultMemoryMB       = 256
)

// Props describe how to build and configure a function. Only Package is required.
type Props struct {
	// Package is the import path of the main package, such as "example.com/shop/orders-fn", in the app's own module or in
	// a module that it requires. A value that starts with "./", "../" or "/" is a directory, relative to Dir, and is built
	// within the module that contains it. An import path works from any directory of the module; a relative directory does
	// not.
	Package string

	// Dir is the directory in which go runs, which selects the module that resolves Package. Default: the working
	// directory.
	Dir string

	// Tags are build tags, in addition to lambda.norpc, which is always set. Tags in GOFLAGS have no effect. Default:
	// none.
	Tags []string

	// BuildSettings are Go's own settings that change the executable: GOAMD64 (default v1), GOARM64 (default v8.0),
	// GOEXPERIMENT (default none) and GOFIPS140 (default off). Their values in the environment have no effect.
	BuildSettings map[string]string

	// Files are additional files of the bundle, by name, such as "routes.json" or "templates/order.html". The function
	// finds them in the directory that LAMBDA_TASK_ROOT names, which is its working directory. Names are relative, with
	// slashes. Default: none.
	Files map[string][]byte

	// Environment are the function's environment variables, in addition to those of FunctionProps. Values may be CDK
	// tokens. Lambda's limit is 4 KB in total. Default: none.
	Environment map[string]string

	// Architecture is the function's instruction set: arm64 or x86_64. Default: arm64.
	Architecture awslambda.Architecture

	// LogRetention is how long the function's logs are kept. The ID of their log group is the function's ID with "Logs"
	// appended. The log group is kept when the stack is deleted. Default: three months.
	LogRetention awslogs.RetentionDays

	// FunctionProps are all other properties of the function, such as Timeout (default 10 s), MemorySize (default 256 MB),
	// Description (default: the import path, none for a directory), Vpc, Role, TenancyConfig (default: none),
	// LoggingFormat (default JSON), and LogGroup (default: one of its own). New copies them and does not change them.
	//
	// Code, Runtime and Handler are refused, because Package determines them. A setting in both Props and FunctionProps is
	// refused too (Architecture, an environment variable), and so are the deprecated LogRetention, LogRemovalPolicy and
	// LogFormat.
	FunctionProps *awslambda.FunctionProps
}

// target is what to build for Lambda.
func (p *Props) target() (gobuild.Target, error) {
	t := gobuild.Target{
		Package:  p.Package,
		Dir:      p.Dir,
		Tags:     p.Tags,
		Settings: p.BuildSettings,
		OS:       "linux",
		Arch:     "arm64",
	}
	if a := p.architecture(); a != nil {
		// The name of an architecture: https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html
		switch name := *a.Name(); name {
		case "arm64":
		case "x86_64":
			t.Arch = "amd64"
		default:
			return t, fmt.Errorf("%w: Architecture: expected arm64 or x86_64, got %q", ErrProps, name)
		}
	}
	return t, t.Check()
}

// architecture is the declared one, or nil.
func (p *Props) architecture() awslambda.Architecture {
	if p.Architecture == nil && p.FunctionProps != nil {
		return p.FunctionProps.Architecture
	}
	return p.Architecture
}

// check finds contradictions, before anything is built.
func (p *Props) check() error {
	for _, name := range slices.Sorted(maps.Keys(p.Files)) {
		if err := p.checkFile(name); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Environment)) {
		if !variableName.MatchString(name) {
			return fmt.Errorf("%w: Environment: %q is not the name of a variable: Lambda takes a letter, and then at "+
				"least one letter, digit or _", ErrProps, name)
		}
	}
	f := p.FunctionProps
	if f == nil {
		return nil
	}
	if field, way := deprecated(f); field != "" {
		return fmt.Errorf("%w: FunctionProps.%s is set: %s", ErrProps, field, way)
	}
	for _, given := range []struct {
		field string
		is    bool
		way   string
	}{
		{"Code", f.Code != nil, "the code is built from Package; for other code use awslambda.NewFunction"},
		{"Runtime", f.Runtime != nil, "the executable is made for provided.al2023; for another runtime use " +
			"awslambda.NewFunction"},
		{"Handler", f.Handler != nil, "an executable has no handler; for another runtime use awslambda.NewFunction"},
		{"Architecture", f.Architecture != nil && p.Architecture != nil, "Props.Architecture is set too; set one of " +
			"them"},
		{"LogGroup", f.LogGroup != nil && p.LogRetention != "", "Props.LogRetention is set too, and a log group " +
			"brings its own; set one of them"},
	} {
		if given.is {
			return fmt.Errorf("%w: FunctionProps.%s is set: %s", ErrProps, given.field, given.way)
		}
	}
	if f.Environment != nil {
		for _, name := range slices.Sorted(maps.Keys(p.Environment)) {
			if _, both := (*f.Environment)[name]; both {
				return fmt.Errorf("%w: environment variable %s is both in Environment and in "+
					"FunctionProps.Environment: keep one", ErrProps, name)
			}
		}
	}
	return nil
}

// checkPlace refuses a scope that is nil, and ids that are taken: CDK would speak of the log group, which the caller
// did not name.
func (p *Props) checkPlace(scope constructs.Construct, id string) error {
	if scope == nil {
		return fmt.Errorf("%w: the scope is nil: give it the stack", ErrProps)
	}
	ids := []string{id}
	if p.FunctionProps == nil || p.FunctionProps.LogGroup == nil {
		ids = append(ids, id+logsSuffix)
	}
	node := scope.Node()
	for _, taken := range ids {
		if taken != "" && node.TryFindChild(jsii.String(taken)) != nil {
			return fmt.Errorf("%w: its scope has a construct %q already: choose another id", ErrProps, taken)
		}
	}
	return nil
}

// logsSuffix makes the id of a function's log group of that of the function.
const logsSuffix = "Logs"

// variableName is what Lambda takes for the name of an environment variable: two characters or more.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
var variableName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]+$`)

// checkFile refuses names that lead out of the bundle, that mean something else on another system, or that collide.
func (p *Props) checkFile(name string) error {
	first, _, _ := strings.Cut(name, "/")
	switch {
	case !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\:\x00"):
		return fmt.Errorf("%w: Files: %q is not a relative path with slashes inside the bundle, such as %q", ErrProps,
			name, "config/routes.json")
	case strings.EqualFold(first, handler):
		return fmt.Errorf("%w: Files: %q: %s is the executable's own name: choose another", ErrProps, name, handler)
	}
	for i, c := range name {
		if _, taken := p.Files[name[:i]]; c == '/' && taken {
			return fmt.Errorf("%w: Files: %q is a file, and %q needs it as a directory", ErrProps, name[:i], name)
		}
	}
	return nil
}

// functionProps are a copy of FunctionProps with the defaults filled in, all but the code.
func (p *Props) functionProps() *awslambda.FunctionProps {
	f := awslambda.FunctionProps{}
	if p.FunctionProps != nil {
		f = *p.FunctionProps
	}
	if f.Architecture = p.architecture(); f.Architecture == nil {
		f.Architecture = awslambda.Architecture_ARM_64()
	}
	if f.Timeout == nil {
		f.Timeout = awscdk.Duration_Seconds(jsii.Number(defaultTimeoutSeconds))
	}
	if f.MemorySize == nil {
		f.MemorySize = jsii.Number(defaultMemoryMB)
	}
	// The path of a directory is this machine's business.
	if f.Description == nil && !gobuild.IsDirectory(p.Package) {
		f.Description = jsii.String(p.Package)
	}
	if f.LoggingFormat == "" {
		f.LoggingFormat = awslambda.LoggingFormat_JSON
	}
	if len(p.Environment) > 0 {
		merged := map[string]*string{}
		if f.Environment != nil {
			maps.Copy(merged, *f.Environment)
		}
		for name, value := range p.Environment {
			merged[name] = jsii.String(value)
		}
		f.Environment = &merged
	}
	return &f
}

// newLogGroup makes the function's own log group. Logs are evidence, so they outlive the stack; only a creation that is
// rolled back leaves nothing behind.
func (p *Props) newLogGroup(scope constructs.Construct, id string) awslogs.LogGroup {
	retention := p.LogRetention
	if retention == "" {
		retention = awslogs.RetentionDays_THREE_MONTHS
	}
	return awslogs.NewLogGroup(scope, jsii.String(id+logsSuffix), &awslogs.LogGroupProps{
		Retention: retention, RemovalPolicy: awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE,
	})
}
