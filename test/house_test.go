package test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const ours = "github.com/gatehouse-cdk/gatehouse"

// floors are the layers of this module, the highest first. A package may import packages of its own layer and of those
// below.
var floors = [][]string{
	{"test", "app", "examples", "bench"},
	{"cmd/gatehouse"},
	{"internal/cli"},
	{"internal/cli/dev"},
	{
		"internal/cli/command",
		"internal/cli/console",
		"internal/cli/cdkapp",
		"internal/cli/devrecord",
		"internal/cli/rebuild",
		"internal/cli/starter",
	},
	{"internal/cli/openapi", "internal/cli/tryout"},
	{"localgateway"},
	{"internal/apigateway"},
	{"internal/apigateway/validation", "internal/accessdiff"},
	{"internal/apigateway/checks", "internal/apigateway/matrix"},
	{"internal/devissuer", "internal/apigateway/events", "internal/apigateway/mapping"},
	{"internal/apigateway/vtl"},
	{"internal/apigateway/browser", "internal/apigateway/front", "internal/lambdaruntime"},
	{"internal/apigateway/exchange"},
	{"app/stack"},
	{"constructs/cognito"},
	{"constructs/secureapi"},
	{"constructs/gofunction", "constructs/snapshot"},
	{
		"constructs/gofunction/internal",
		"constructs/internal/annotation",
		"constructs/internal/batch",
		"constructs/internal/executable",
		"constructs/internal/startup",
	},
	{"authorizer-fn", "backend-fn", "login-fn", "pretoken-fn"},
	{"authorizer-fn/authztest", "backend-fn/internal", "internal/functest/process"},
	{"backend-fn/orders"},
	{"internal/mappingtemplate"},
	{"internal/plan", "internal/monitor"},
	{
		"internal/plan/domain",
		"internal/plan/identity",
		"internal/plan/integration",
		"internal/plan/issuer",
		"internal/plan/login",
		"internal/plan/origin",
		"internal/plan/tablekeys",
	},
	{"internal/login"},
	{"lambdahttp"},
	{"authorizer-fn/authz", "lambdahttp/cors"},
	{"internal/rules"},
	{"internal/apimodel"},
	{"internal/cloudassembly", "internal/jsiienv"},
	{"internal/oidcclient", "internal/tablesession/tables"},
	{"internal/tablesession/memory", "internal/tablesession/dynamo"},
	{"internal/tablesession"},
	{"internal/pretoken", "internal/session"},
	{
		"internal/policycompiler",
		"internal/resourcepolicy",
		"internal/introspection",
		"internal/secretsmanager",
		"internal/dpop",
	},
	{
		"internal/access",
		"internal/jwt",
		"internal/iampolicy",
		"internal/clientauth",
		"internal/settings",
		"internal/corsconfig",
		"internal/login/logintest",
	},
	{
		"internal/bodyschema",
		"internal/metrics",
		"internal/route",
		"internal/strictjson",
		"internal/tenant",
		"internal/lambdaio",
		"internal/routermark",
		"internal/publicsuffix",
		"internal/gobundle",
		"internal/nodepeer",
		"internal/sigv4",
		"internal/clientcert",
		"internal/httpname",
		"internal/partition",
		"internal/dynamoclient",
		"internal/functest",
		"internal/percent",
		"internal/plainjson",
		"internal/private",
		"internal/serviceuri",
		"internal/testclock",
		"internal/rsatest",
	},
	{"internal/regexes", "internal/cdktoken", "internal/elapsed"},
}

// floorOf returns the layer of a package: that of the longest folder that contains it. It returns -1 for a package of
// another module.
func floorOf(path string) int {
	rest, ok := strings.CutPrefix(path, ours+"/")
	if !ok {
		return -1
	}
	floor, longest := -2, -1
	for i, folders := range floors {
		for _, f := range folders {
			if (rest == f || strings.HasPrefix(rest, f+"/")) && len(f) > longest {
				floor, longest = i, len(f)
			}
		}
	}
	return floor
}

type listed struct {
	ImportPath, Dir string
	Imports, Deps   []string
	GoFiles         []string
}

// packages lists the packages of this module, once for all tests.
func packages(t *testing.T) []listed {
	t.Helper()
	all, err := listPackages()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var listPackages = sync.OnceValues(func() (all []listed, err error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,Deps,GoFiles", "./...")
	cmd.Dir, cmd.Stderr = "..", os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
})

// runs reports whether a package is only for running functions, and too expensive for an app: the AWS SDK (19 s of a
// consumer's first build), the runtime of functions, the validator of bodies (compiles five drafts at each start),
// HTTP, TLS and the keys of tokens (4 MB of memory), and os/user (links libc).
func runs(path string) bool {
	for _, module := range []string{"aws-sdk-go", "aws-lambda-go", "santhosh-tekuri/jsonschema"} {
		if strings.Contains(path, module) {
			return true
		}
	}
	return slices.Contains([]string{"net", "net/http", "crypto/tls", "crypto/x509", "crypto/rsa", "os/user"}, path)
}

// TestHouse checks the imports of this module. A package may not import a higher layer. Only packages that synthesize,
// or test that, may load CDK, because compiling CDK takes a minute. The constructs may not load packages that [runs]
// reports.
func TestHouse(t *testing.T) {
	t.Parallel()
	synthesizes := func(path string) bool {
		for _, folder := range []string{"app", "constructs", "examples", "test", "bench/synth"} {
			if strings.HasPrefix(path+"/", ours+"/"+folder+"/") {
				return true
			}
		}
		return false
	}
	for _, p := range packages(t) {
		floor := floorOf(p.ImportPath)
		if floor < 0 {
			t.Errorf("%s has no layer: add its folder to floors", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			switch importedFloor := floorOf(imported); {
			case importedFloor == -1: // a package of another module
			case importedFloor < floor:
				t.Errorf("%s imports %s, which is in a higher layer", p.ImportPath, imported)
			}
			if top := strings.Split(strings.TrimPrefix(imported, ours+"/"), "/")[0]; strings.HasPrefix(imported, ours+"/") &&
				floor > 0 &&
				(top == "test" || top == "examples" || top == "docs" || top == "app" && p.ImportPath != ours+"/app") {
				t.Errorf("%s imports %s, which is an example or a test", p.ImportPath, imported)
			}
		}
		for _, d := range p.Deps {
			if (strings.Contains(d, "jsii-runtime-go") || strings.Contains(d, "awscdk")) && !synthesizes(p.ImportPath) {
				t.Errorf("%s loads %s: only packages that synthesize may", p.ImportPath, d)
				break
			}
			if strings.HasPrefix(p.ImportPath, ours+"/constructs/") && runs(d) {
				t.Errorf("%s loads %s: packages that only functions need must not be linked into an app", p.ImportPath, d)
				break
			}
		}
	}
}

// TestRooms checks that no file is too long.
func TestRooms(t *testing.T) {
	t.Parallel()
	const limit = 400 // lines
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			f, err := os.Open(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for lines := bufio.NewScanner(f); lines.Scan(); n++ {
			}
			f.Close()
			if n > limit {
				t.Errorf("%s/%s has %d lines, more than %d: split it by its ideas", p.ImportPath, name, n, limit)
			}
		}
	}
}
