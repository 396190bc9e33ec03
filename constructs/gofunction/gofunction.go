// Package gofunction builds a Go main package and deploys it as an AWS Lambda function:
//
//	orders := gofunction.New(stack, "Orders", &gofunction.Props{Package: "example.com/shop/orders-fn"})
//	orders.AddEnvironment(jsii.String("TABLE"), table.TableName(), nil)
//	table.GrantReadWriteData(orders)
//
// [New] runs the go command in PATH when the construct is created, with the modules of the app itself. The main package
// may be yours or a dependency's. The same source produces the same bytes on every machine, and so the same asset hash
// and the same template. The function runs on arm64 and provided.al2023, and writes JSON logs to its own log group.
//
// The package does not use Docker or cgo, does not build other languages, and does not run tests. The function may only
// run and log; grant it more with its Grant methods or with those of CDK's resources.
//
// # Where modules come from
//
// From go.mod and go.sum, from go.work, or from a vendor directory, as in a go build in Props.Dir. "go mod vendor"
// omits main packages of other modules. To vendor one, name it as a tool:
//
//	go get -tool example.com/shop/orders-fn
//	go mod vendor
//
// # What the bytes depend on
//
// They depend on the source, the modules, Props, and the version of Go, which the toolchain line of go.mod can pin. Of
// GOFLAGS, only -mod, -modfile and -modcacherw have an effect. GOAMD64 and GOARM64 in the environment have none.
// GOEXPERIMENT and GOFIPS140 in the environment are refused unless Props.BuildSettings has them too. A replace
// directive with an absolute path becomes part of the executable, so use a relative path.
//
// # How long it takes
//
// A process builds each package once. Between processes, go keeps compiled packages in its build cache. Linked
// executables are kept in the user's cache directory (on Linux ~/.cache/gatehouse/functions) for five days after their
// last use. They are found by the contents of all their packages, never by age or name.
//
// Nothing is built for a stack that the CDK command line did not select (Stack.BundlingRequired). The function then
// gets an asset that cannot be published. If you deploy such an assembly, the error names the function and says to
// synthesize its stack.
package gofunction

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction/internal/gobuild"
	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
	"github.com/gatehouse-cdk/gatehouse/constructs/internal/executable"
	_ "github.com/gatehouse-cdk/gatehouse/constructs/internal/startup" // says in time what would stop CDK
	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
	"github.com/gatehouse-cdk/gatehouse/internal/routermark"
)

// Errors that a panic of [New] wraps. Use errors.Is on the recovered error.
var (
	// ErrProps reports properties that contradict each other or name no package that can be built.
	ErrProps = gobuild.ErrProps
	// ErrNoGo reports that there is no go command in PATH.
	ErrNoGo = gobuild.ErrNoGo
	// ErrEnvironment reports that GOEXPERIMENT or GOFIPS140 is set in the environment but not in Props.BuildSettings, or
	// that HostBuildVariable is neither true nor false.
	ErrEnvironment = gobuild.ErrEnvironment
	// ErrNotVendored reports that the module vendors its dependencies, but not the package.
	ErrNotVendored = gobuild.ErrNotVendored
	// ErrNotMain reports that the package is a library.
	ErrNotMain = gobuild.ErrNotMain
	// ErrGo reports that the go command failed; the error contains its output.
	ErrGo = gobuild.ErrGo
)

// HostBuildVariable is the environment variable that builds functions for this machine instead of Lambda. If it is true
// (as strconv.ParseBool reads it), executables are built for the operating system and architecture of the machine that
// synthesizes, with the build tag [HostBuildTag]. Templates stay the same except for asset hashes; the function's
// Architecture does not change. Do not deploy such an assembly: each of its functions carries a warning.
const HostBuildVariable = "GATEHOUSE_HOST_BUILD"

// HostBuildTag is the build tag of functions that are built to run on this machine. Code under this tag is not for
// Lambda: it lets the included authorizer accept keys over HTTP from this machine, for development. No deployed
// authorizer can be configured to do that. If a host build is deployed by mistake, its authorizer does not start.
const HostBuildTag = "gatehouse_host"

// handler is the file that an OS-only runtime runs.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
const handler = gobundle.Executable

// noStagingContext is how "cdk synth --no-staging" tells the app (aws-cdk-lib/cx-api, DISABLE_ASSET_STAGING_CONTEXT).
const noStagingContext = "aws:cdk:disable-asset-staging"

// builder is shared by all functions of a process, so that a package is built once.
var builder = &gobuild.Builder{CacheDir: gobuild.DefaultCacheDir()}

// New builds the package and creates the function. It panics with an error, "gofunction: <construct path>: ...", if the
// properties are invalid or the package does not build. The package's Err variables distinguish the causes.
func New(scope constructs.Construct, id string, props *Props) awslambda.Function {
	fn, err := newFunction(scope, id, props)
	if err != nil {
		path := id
		if scope != nil && *scope.Node().Path() != "" {
			path = *scope.Node().Path() + "/" + id
		}
		panic(fmt.Errorf("gofunction: %s: %w", path, err))
	}
	return fn
}

// Prepare starts to build packages in the background, as [New] would with no other Props. New then waits for the build
// and reports its errors. Call Prepare before awscdk.NewApp, so that the go command works while CDK's engine starts:
//
//	gofunction.Prepare("example.com/shop/orders-fn", secureapi.IncludedAuthorizer())
//	app := awscdk.NewApp(nil)
//
// Prepare returns at once. The function that it returns waits until everything is built; calling it is optional.
func Prepare(packages ...string) (wait func()) {
	var building sync.WaitGroup
	for _, pkg := range packages {
		building.Go(func() {
			if target, _, err := (&Props{Package: pkg}).targetHere(); err == nil {
				_, _ = builder.Build(target)
			}
		})
	}
	return building.Wait
}

// targetHere is what to build: for Lambda, or to run on this host.
func (p *Props) targetHere() (target gobuild.Target, host bool, err error) {
	if target, err = p.target(); err != nil {
		return target, false, err
	}
	if host, err = hostBuild(os.Getenv(HostBuildVariable)); err != nil || !host {
		return target, false, err
	}
	target.OS, target.Arch = runtime.GOOS, runtime.GOARCH
	target.Tags = append(slices.Clone(target.Tags), HostBuildTag)
	target.KeepPaths = true
	target.Debug = os.Getenv(gobundle.DebugVariable) != ""
	return target, true, nil
}

func newFunction(scope constructs.Construct, id string, props *Props) (awslambda.Function, error) {
	if props == nil {
		props = &Props{}
	}
	target, host, err := props.targetHere()
	if err != nil {
		return nil, err
	}
	if err := props.check(); err != nil {
		return nil, err
	}
	if err := props.checkPlace(scope, id); err != nil {
		return nil, err
	}

	p := props.functionProps()
	discard := func(awslambda.Function) error { return nil }
	fingerprint := ""
	at := placeOf(scope)
	if at.built {
		made, err := builder.Build(target)
		if err != nil {
			return nil, err
		}
		contents := newBundle(made, props.Files)
		fingerprint = contents.fingerprint()
		dir, done, err := contents.stage(at.outdir, fingerprint, at.noStaging)
		if err != nil {
			return nil, fmt.Errorf("staging the bundle: %w", err)
		}
		defer done()
		p.Code = awslambda.AssetCode_FromAsset(&dir, &awss3assets.AssetOptions{AssetHash: &fingerprint})
	} else if p.Code, discard, err = notBuilt(scope, id); err != nil {
		return nil, err
	}
	p.Runtime = awslambda.Runtime_PROVIDED_AL2023()
	p.Handler = jsii.String(handler)
	if p.LogGroup == nil {
		p.LogGroup = props.newLogGroup(scope, id)
	}
	fn, err := construct(scope, id, p)
	if err != nil {
		return nil, err
	}
	if err := discard(fn); err != nil {
		return nil, fmt.Errorf("removing the placeholder from the assembly: %w", err)
	}
	executable.Record(fn, func() executable.Router { return routerOf(target, at.built) })
	if host {
		if at.built {
			if err := record(fn, target, fingerprint); err != nil {
				return nil, err
			}
		}
		annotation.Warn(fn, "gatehouse:hostBuild", fmt.Sprintf(
			"built for %s/%s because %s is set: this runs here, not on Lambda", runtime.GOOS, runtime.GOARCH, HostBuildVariable))
	}
	return fn, nil
}

// construct has CDK make the function. What CDK refuses, such as a variable that Lambda reserves, is an error of the
// properties, so that the construct's path is said with it.
func construct(scope constructs.Construct, id string, p *awslambda.FunctionProps) (fn awslambda.Function, err error) {
	defer func() {
		refused := recover()
		if _, bug := refused.(runtime.Error); bug {
			panic(refused)
		}
		if refused != nil {
			err = fmt.Errorf("%w: %v", ErrProps, refused)
		}
	}()
	return awslambda.NewFunction(scope, &id, p), nil
}

// routers are those of executables, by their digests. Many functions of an app share one.
var routers sync.Map

// routerOf looks into the executable, which the builder has at hand.
func routerOf(target gobuild.Target, built bool) executable.Router {
	if !built {
		return executable.NotBuilt
	}
	made, err := builder.Build(target)
	if err != nil {
		return executable.Other
	}
	if known, ok := routers.Load(made.Digest); ok {
		return known.(executable.Router)
	}
	router := executable.Other
	if found, err := routermark.Find(made.Open()); err == nil && found {
		router = executable.ByResource
	}
	routers.Store(made.Digest, router)
	return router
}

// place is what the functions of a stack have in common.
type place struct {
	built     bool   // the CDK command line selected the stack
	outdir    string // where its stage has its assets
	noStaging bool
}

// places are those of stacks. CDK runs in another process, so what it has answered is not asked again.
var places sync.Map

func placeOf(scope constructs.Construct) place {
	stack := awscdk.Stack_Of(scope)
	if known, ok := places.Load(stack); ok {
		return known.(place)
	}
	noStaging, _ := stack.Node().TryGetContext(jsii.String(noStagingContext)).(bool)
	at := place{*stack.BundlingRequired(), *awscdk.Stage_Of(stack).AssetOutdir(), noStaging}
	places.Store(stack, at)
	return at
}

// hostBuild reads the value of [HostBuildVariable].
func hostBuild(value string) (bool, error) {
	if value == "" {
		return false, nil
	}
	host, err := strconv.ParseBool(value)
	if err != nil {
		return false, fmt.Errorf("%w: %s: expected true or false, got %q", ErrEnvironment, HostBuildVariable, value)
	}
	return host, nil
}
