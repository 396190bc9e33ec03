package apigateway

import (
	"archive/zip"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/python"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/runtimetest"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// archive writes a zip archive with one file.
func archive(t *testing.T, name string, content []byte, mode fs.FileMode) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "code.zip"))
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(file)
	h := &zip.FileHeader{Name: name, Method: zip.Deflate}
	h.SetMode(mode)
	entry, err := w.CreateHeader(h)
	if err == nil {
		_, err = entry.Write(content)
	}
	for _, err := range []error{err, w.Close(), file.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return file.Name()
}

// TestFunctionsOfPython has an authorizer and a backend in Python, with their code in a zip archive and in the
// template.
func TestFunctionsOfPython(t *testing.T) {
	runtimetest.NeedPython(t)
	r := bare()
	script := func(id, handler string) (f, p object) {
		f = r[id].(object)
		p = f["Properties"].(object)
		p["Runtime"], p["Handler"], p["Timeout"] = "python3.13", handler, 60
		return f, p
	}
	f, _ := script("AuthFn", "auth/app.handler")
	f["Metadata"] = object{"aws:asset:path": archive(t, "auth/app.py", []byte(`
def handler(event, context):
    if event["authorizationToken"] != "Bearer allow":
        raise Exception("Unauthorized")
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}
    return {"principalId": "alice", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
`), 0o644)}
	f, p := script("Fn", "index.handler")
	delete(f, "Metadata")
	p["Code"] = object{"ZipFile": `
import json, os

def handler(event, context):
    if (event["queryStringParameters"] or {}).get("fail"):
        raise ValueError("no")
    body = {"id": event["pathParameters"]["id"], "who": event["requestContext"]["authorizer"]["principalId"]}
    return {"statusCode": 200, "body": json.dumps({**body, "runtime": os.environ["AWS_EXECUTION_ENV"]})}
`}
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "GET /orders/{id}", proxy("Fn"), guardedBy("Auth"))
	s := serve(t, r)
	for _, c := range []struct{ name, target, token, want string }{
		{"both answer", "GET /prod/orders/7", "allow", `200 {"id": "7", "who": "alice", "runtime": "AWS_Lambda_python3.13"}`},
		{"the authorizer says no", "GET /prod/orders/7", "other", unauthorized},
		{
			"the backend fails", "GET /prod/orders/7?fail=1", "allow",
			`502 InternalServerErrorException {"message": "Internal server error"}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := s.send(t, c.target, bearer(c.token))
			got := answer.String()
			if answer.status == 200 {
				got += " " + answer.body
			}
			if got != c.want {
				t.Errorf("got %s (%s), want %s", got, answer.record.Reason, c.want)
			}
		})
	}
}

// TestZipArchives checks that functions of each kind run from the archive for Lambda, and that the unpacked files are
// removed with the gateway.
func TestZipArchives(t *testing.T) {
	nodepeer.Need(t)
	runtimetest.NeedPython(t)
	if _, err := developmentKeys(); err != nil { // they make the folder
		t.Fatal(err)
	}
	bootstrap, err := os.ReadFile(filepath.Join(built, "bootstrap"))
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	for _, c := range []struct {
		name, runtime, handler string
		zip                    string
		want                   string // in the answer; or why no answer comes
		status                 int
	}{
		{
			"an executable", "provided.al2023", "bootstrap", archive(t, "bootstrap", bootstrap, 0o755), "", 200,
		},
		{
			"one that is not executable in the archive", "provided.al2023", "bootstrap",
			archive(t, "bootstrap", []byte("#!/bin/sh"), 0o644), "bootstrap is not executable", 501,
		},
		{
			"JavaScript", "nodejs22.x", "src/app.handler",
			archive(t, "src/app.mjs", []byte(`export const handler = async () => ({ statusCode: 200, body: "hello" })`), 0o644),
			"hello", 200,
		},
		{
			"Python", "python3.13", "app.handler",
			archive(t, "app.py", []byte(`handler = lambda e, c: {"statusCode": 200, "body": "hello"}`), 0o644), "hello", 200,
		},
		{
			"another runtime", "java25", "app.Handler", archive(t, "app.jar", nil, 0o644), `its runtime is "java25"`, 501,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := bare()
			f := r["Fn"].(object)
			p := f["Properties"].(object)
			p["Runtime"], p["Handler"], p["Timeout"] = c.runtime, c.handler, 60
			f["Metadata"] = object{"aws:asset:path": c.zip}
			addRoute(r, "GET /", proxy("Fn"))
			s := serve(t, r)
			answer := s.send(t, "GET /prod")
			if answer.status != c.status || !strings.Contains(answer.body+answer.record.Reason, c.want) {
				t.Errorf("got %d %s (%s), want %d and %q", answer.status, answer.body, answer.record.Reason, c.status, c.want)
			}
			s.Close()
			if left, err := filepath.Glob(filepath.Join(temp, "gatehouse-zip-*")); len(left) > 0 || err != nil {
				t.Errorf("it leaves %v (%v)", left, err)
			}
		})
	}
}

// TestPythonIsMissing checks that routes answer 501 without Python, and that the reason says what is missing.
func TestPythonIsMissing(t *testing.T) {
	r := bare()
	p := r["Fn"].(object)["Properties"].(object)
	p["Runtime"], p["Handler"], p["Code"] = "python3.13", "index.handler", object{"ZipFile": "handler = print"}
	delete(r["Fn"].(object), "Metadata")
	addRoute(r, "GET /", proxy("Fn"))
	t.Setenv("PATH", t.TempDir())
	if got := serve(t, r).send(t, "GET /prod"); got.status != 501 ||
		!strings.HasSuffix(got.record.Reason,
			`Python is missing: there is no program "python3.13", "python3" or "python" in PATH`) {
		t.Errorf("got %d for %q, want 501 as Python is missing", got.status, got.record.Reason)
	}
}

// TestLayersOfPython checks that a function can import modules of its layers, later layers first, and its own modules
// before them.
func TestLayersOfPython(t *testing.T) {
	runtimetest.NeedPython(t)
	r := bare()
	f := r["Fn"].(object)
	p := f["Properties"].(object)
	p["Runtime"], p["Handler"], p["Timeout"] = "python3.13", "app.handler", 60
	f["Metadata"] = object{"aws:asset:path": runtimetest.Files(t, map[string]string{
		"app.py": "import first, second, third, mine\n" +
			"names = [m.name for m in (first, second, third, mine)]\n" +
			`handler = lambda e, c: {"statusCode": 200, "body": " ".join(names)}`,
		"mine.py": `name = "own"`,
	})}
	layer := func(asset string) object {
		made := resource("Lambda::LayerVersion", object{"Content": object{"S3Bucket": "b", "S3Key": "k"}})
		made["Metadata"] = object{"aws:asset:path": asset}
		return made
	}
	r["Below"] = layer(runtimetest.Files(t, map[string]string{
		"python/first.py": `name = "first"`, "python/second.py": `name = "hidden"`, "python/mine.py": `name = "hidden"`,
		"python/lib/python3.13/site-packages/third.py": `name = "third"`,
	}))
	r["Above"] = layer(archive(t, "python/second.py", []byte(`name = "second"`), 0o644))
	p["Layers"] = []any{ref("Below"), ref("Above"), "arn:aws:lambda:us-east-1:123456789012:layer:other:1"}
	addRoute(r, "GET /", proxy("Fn"))
	s := serve(t, r)
	if got := s.send(t, "GET /prod"); got.body != "first second third own" {
		t.Errorf("got %d %s (%s)", got.status, got.body, got.record.Reason)
	}
	const missing = "Shop/Fn: the content of layers outside the assembly is missing: " +
		"arn:aws:lambda:us-east-1:123456789012:layer:other:1"
	if problems := strings.Join(s.Problems(), "\n"); !strings.Contains(problems, missing) {
		t.Errorf("got the problems %s, want %s", problems, missing)
	}
}

// TestInvokedFunctionARN checks that a function receives the alias by which it is invoked, as on Lambda:
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
func TestInvokedFunctionARN(t *testing.T) {
	nodepeer.Need(t)
	r := bare()
	f := r["Fn"].(object)
	delete(f, "Metadata")
	p := f["Properties"].(object)
	p["Runtime"], p["Handler"], p["Timeout"], p["FunctionName"] = "nodejs22.x", "index.handler", 60, "orders"
	p["Code"] = object{"ZipFile": `
		const statement = { Effect: "Allow", Action: "execute-api:Invoke", Resource: "*" };
		const allow = { Version: "2012-10-17", Statement: [statement] };
		exports.handler = async (e, { invokedFunctionArn: arn }) => e.type === "TOKEN"
			? { principalId: "alice", policyDocument: allow, context: { arn } }
			: { statusCode: 200, body: e.requestContext.authorizer?.arn ?? arn };`}
	r["Live"] = resource("Lambda::Alias", object{"FunctionName": ref("Fn"), "FunctionVersion": "1", "Name": "live"})
	r["LivePermission"] = permission("Fn", object{"FunctionName": ref("Live")})
	addRoute(r, "GET /latest", proxy("Fn"))
	live := object{"Fn::Sub": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Live}/invocations"}
	addRoute(r, "GET /live", object{"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": live})
	addAuthorizer(r, "Auth", object{"AuthorizerUri": live})
	addRoute(r, "GET /guarded", proxy("Fn"), guardedBy("Auth"))
	s := serve(t, r)
	for target, want := range map[string]string{
		"GET /prod/latest":  ":function:orders",
		"GET /prod/live":    ":function:orders:live",
		"GET /prod/guarded": ":function:orders:live",
	} {
		if got := s.send(t, target, bearer("x")); !strings.HasSuffix(got.body, want) {
			t.Errorf("%s: got %d %q (%s), want the end %s", target, got.status, got.body, got.record.Reason, want)
		}
	}
}

// TestContainerImage checks that the reason why it does not run is given once, and not an empty runtime.
func TestContainerImage(t *testing.T) {
	r := bare()
	f := r["Fn"].(object)
	delete(f, "Metadata")
	image := object{"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/x"}
	f["Properties"] = object{"PackageType": "Image", "Code": image}
	addRoute(r, "GET /", proxy("Fn"))
	s := serve(t, r)
	const want = "Shop/Fn: it is a container image, which cannot run here: give the function a zip package"
	if got := s.send(t, "GET /prod"); got.status != 501 || got.record.Reason != want {
		t.Errorf("got %d (%s), want 501 (%s)", got.status, got.record.Reason, want)
	}
	if problems := strings.Join(s.Problems(), "\n"); strings.Count(problems, "Shop/Fn") != 1 {
		t.Errorf("got the problems %s", problems)
	}
}

// TestLayersOfNode checks that a function can require and import modules of its layers. The order: its own modules, the
// layers' modules for the runtime's version, later layers before earlier ones, and then the modules of the app's
// folder.
func TestLayersOfNode(t *testing.T) {
	nodepeer.Need(t)
	const answer = "async () => ({ statusCode: 200, body: [first, second, third, mine, apps].join(' ') })"
	for name, code := range map[string]string{
		"index.js": "const modules = ['first', 'second', 'third', 'mine', '@shop/apps']\n" +
			"const [first, second, third, mine, apps] = modules.map(require)\nexports.handler = " + answer,
		"index.mjs": "import first from 'first'\nimport second from 'second'\n" +
			"import third from 'third'\nimport mine from 'mine'\n" +
			"const apps = (await import('@shop/apps')).default\nexport const handler = " + answer,
	} {
		t.Run(name, func(t *testing.T) { testLayersOfNode(t, name, code) })
	}
}

func testLayersOfNode(t *testing.T, name, code string) {
	module := func(name string) string { return "module.exports = '" + name + "'" }
	r := bare()
	f := r["Fn"].(object)
	p := f["Properties"].(object)
	p["Runtime"], p["Handler"], p["Timeout"] = "nodejs22.x", "index.handler", 60
	f["Metadata"] = object{"aws:asset:path": runtimetest.Files(t, map[string]string{
		name: code, "node_modules/mine/index.js": module("own"),
	})}
	layer := func(files map[string]string) object {
		made := resource("Lambda::LayerVersion", object{"Content": object{"S3Bucket": "b", "S3Key": "k"}})
		made["Metadata"] = object{"aws:asset:path": runtimetest.Files(t, files)}
		return made
	}
	r["Below"] = layer(map[string]string{
		"nodejs/node_modules/first/index.js": module("first"), "nodejs/node_modules/second/index.js": module("hidden"),
		"nodejs/node_modules/mine/index.js": module("hidden"), "nodejs/node22/node_modules/third/index.js": module("third"),
	})
	r["Above"] = layer(map[string]string{
		"nodejs/node_modules/second/index.js": module("second"), "nodejs/node_modules/third/index.js": module("hidden"),
	})
	p["Layers"] = []any{ref("Below"), ref("Above")}
	addRoute(r, "GET /", proxy("Fn"))
	t.Chdir(runtimetest.Files(t, map[string]string{
		"node_modules/@shop/apps/index.js": module("apps"), "node_modules/first/index.js": module("hidden"),
	}))
	s := serve(t, r)
	if got := s.send(t, "GET /prod"); got.body != "first second third own apps" {
		t.Errorf("got %d %s (%s)", got.status, got.body, got.record.Reason)
	}
	if problems := strings.Join(s.Problems(), "\n"); strings.Contains(problems, "layer") {
		t.Errorf("got the problems %s", problems)
	}
}

// TestAModuleOfLambdas has functions that import a module that Lambda's Python has and the local Python does not have.
// Each reports only once what to do, even if it is invoked often.
func TestAModuleOfLambdas(t *testing.T) {
	runtimetest.NeedPython(t)
	const missing = `raise ModuleNotFoundError("No module named 'boto3'", name="boto3")`
	r := bare()
	for id, code := range map[string]string{
		"Fn": missing,
		"AuthFn": "def handler(e, c):\n  try:\n    " + missing +
			"\n  except ImportError as error:\n    raise ValueError('no') from error\n",
	} {
		f := r[id].(object)
		p := f["Properties"].(object)
		p["Runtime"], p["Handler"], p["Timeout"] = "python3.13", "index.handler", 60
		delete(f, "Metadata")
		p["Code"] = object{"ZipFile": code}
		addRoute(r, "GET /"+id, proxy(id))
	}
	var mu sync.Mutex
	said := map[string]int{}
	s := serve(t, r, func(o *Options) {
		o.Functions.Log = func(line lambdaruntime.LogLine) {
			mu.Lock()
			defer mu.Unlock()
			if strings.HasPrefix(line.Text, python.Hint) {
				said[line.Text]++
			}
		}
	})
	for range 2 {
		for target, want := range map[string]string{
			"GET /prod/Fn":     "Runtime.ImportModuleError: Unable to import module 'index': No module named 'boto3'",
			"GET /prod/AuthFn": "ValueError: no",
		} {
			if got := s.send(t, target); got.status != 502 || !strings.Contains(got.record.Reason, want) {
				t.Errorf("%s: got %d (%s), want 502 for %s", target, got.status, got.record.Reason, want)
			}
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for text, n := range said {
		if n != 2 || !strings.HasPrefix(text, "Lambda's Python has the module boto3, and /") ||
			!strings.Contains(text, " -m venv .venv && .venv/bin/pip install boto3.") {
			t.Errorf("%q came %d times, want it once from each of two functions", text, n)
		}
	}
	if len(said) != 1 {
		t.Errorf("got %d texts, want one", len(said))
	}
}
