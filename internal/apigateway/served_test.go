package apigateway

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// TestUnreadableIssuers has authorizers whose issuers are not known: one of another release, and one with invalid
// settings. Their routes answer 501, and all others are served.
func TestUnreadableIssuers(t *testing.T) {
	for _, c := range []struct{ name, config, why string }{
		{"no JSON", `{`, "Shop/IncludedFn"},
		{"no issuer's URL", `{"version":1,"issuers":[{"url":""}],"table":"routes.json"}`, "Shop/IncludedFn"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := bare()
			r["IncludedFn"] = function()
			r["IncludedFn"].(object)["Properties"].(object)["Environment"] = object{
				"Variables": object{authz.ConfigVariable: c.config},
			}
			addAuthorizer(r, "Included", object{"AuthorizerUri": invocation("IncludedFn")})
			addAuthorizer(r, "Auth", nil)
			addPool(r)
			addRoute(r, "GET /included", mock("included"), guardedBy("Included"))
			addRoute(r, "GET /token", mock("token"), guardedBy("Auth"))
			addRoute(r, "GET /open", mock("open"))
			addRoute(
				r,
				"GET /pool",
				mock("pool"),
				object{"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("PoolAuth")},
			)
			s := serve(t, r)
			if problems := strings.Join(s.Problems(), "\n"); strings.Count(problems, "Shop/Included: ") != 1 ||
				!strings.Contains(problems, c.why) {
				t.Errorf("got the problems %q, want one of Shop/Included with %s", problems, c.why)
			}
			got := s.send(t, "GET /prod/included", bearer("allow"))
			if got.String() != notServedHere || !strings.Contains(got.record.Reason, c.why) {
				t.Errorf("got %s for the reason %q", got, got.record.Reason)
			}
			for target, want := range map[string]string{
				"GET /prod/token": "200 token",
				"GET /prod/open":  "200 open",
				"GET /prod/pool":  unauthorized,
			} {
				if got := s.send(t, target, bearer("allow")).String(); got != want {
					t.Errorf("%s: got %s, want %s", target, got, want)
				}
			}
		})
	}
}

// TestFunctionsThatAreNeeded has two APIs with functions of their own, and a function that no API has. Those of the
// chosen API are in the pool.
func TestFunctionsThatAreNeeded(t *testing.T) {
	r := bare()
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "GET /", proxy("Fn"), guardedBy("Auth"))
	r["Cron"], r["OtherFn"] = function(), function()
	r["OtherFn"].(object)["Properties"].(object)["Runtime"] = "ruby3.4" // which would be a problem if it was needed
	for id, v := range map[string]object{
		"Other":      resource("ApiGateway::RestApi", object{"Name": "other"}),
		"OtherStage": resource("ApiGateway::Stage", object{"RestApiId": ref("Other"), "StageName": "other"}),
		"OtherGet": resource("ApiGateway::Method", object{
			"RestApiId":         ref("Other"),
			"ResourceId":        object{"Fn::GetAtt": []any{"Other", "RootResourceId"}},
			"HttpMethod":        "GET",
			"AuthorizationType": "NONE",
			"Integration":       proxy("OtherFn"),
		}),
	} {
		r[id] = v
	}
	dir := assemblyOf(t, r)
	for _, c := range []struct {
		api      string
		want     int
		problems bool
	}{{"bare", 2, false}, {"other", 0, true}, {"", 2, true}} {
		t.Run(c.api, func(t *testing.T) {
			g, err := New(Options{Assembly: dir, API: c.api})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(g.Close)
			names := slices.Sorted(maps.Keys(g.live.Load().names))
			if len(names) != c.want ||
				slices.ContainsFunc(
					names,
					func(n string) bool { return strings.Contains(n, "Cron") || strings.Contains(n, "OtherFn") },
				) {
				t.Errorf("got the functions %q, want %d", names, c.want)
			}
			if problems := strings.Join(g.Problems(), "\n"); strings.Contains(problems, "OtherFn") != c.problems {
				t.Errorf("got the problems %q, want one of OtherFn: %v", problems, c.problems)
			}
		})
	}
}

// TestReloadKeepsWhatDidNotChange loads an assembly again in which one function has changed. The process of the other
// function continues with its memory.
func TestReloadKeepsWhatDidNotChange(t *testing.T) {
	r := bare()
	r["Changing"] = function()
	addRoute(r, "GET /same/{proxy+}", proxy("Fn"))
	addRoute(r, "GET /changing/{proxy+}", proxy("Changing"))
	dir := assemblyOf(t, r)
	s := Start(t, dir, Options{})
	pids := func() string {
		_, same := send(t, s.URL, "GET /prod/same/pid")
		_, changing := send(t, s.URL, "GET /prod/changing/pid")
		return fmt.Sprint(same, " ", changing)
	}
	reload := func() string {
		write(t, dir, r)
		if err := s.Reload(); err != nil {
			t.Fatal(err)
		}
		return pids()
	}
	before := pids()
	if after := reload(); after != before {
		t.Errorf("the same assembly: the processes were %s and are %s", before, after)
	}
	r["Changing"].(object)["Properties"].(object)["Environment"] = object{"Variables": object{"TABLE": "other"}}
	same, changing, _ := strings.Cut(before, " ")
	if sameNow, changingNow, _ := strings.Cut(reload(), " "); sameNow != same || changingNow == changing {
		t.Errorf("one variable more: the processes were %s, and are %s and %s", before, sameNow, changingNow)
	}
}

// TestWhyAFunctionIsNotRun has functions that cannot run here. The reason of the 501 names the cause.
func TestWhyAFunctionIsNotRun(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(f, properties object)
		want   string
	}{
		{"inline code of another runtime", func(f, p object) {
			p["Runtime"], p["Code"] = "ruby3.4", object{"ZipFile": "def handler(event:, context:) end"}
		}, `its runtime is "ruby3.4"`},
		{
			"inline code of an executable",
			func(f, p object) { p["Code"] = object{"ZipFile": "x"} },
			"its code is in the template, which works only for nodejs and python",
		},
		{"a file for Node.js that is not an archive", func(f, p object) {
			p["Runtime"], f["Metadata"] = "nodejs22.x", object{"aws:asset:path": built + "/bootstrap"}
		}, built + "/bootstrap: not a zip archive that Lambda takes"},
		{"too much code in the template", func(f, p object) {
			p["Runtime"], p["Code"] = "nodejs22.x", object{"ZipFile": strings.Repeat("//", 1<<16)}
		}, "the code in the template is too long to be run here"},
		{"no concurrency at all", func(f, p object) {
			p["ReservedConcurrentExecutions"], f["Metadata"] = 0, object{"aws:asset:path": built}
		}, "its reserved concurrency is 0"},
		{
			"a program that is not in an archive",
			func(f, p object) { f["Metadata"] = object{"aws:asset:path": built + "/bootstrap"} },
			built + "/bootstrap: not a zip archive that Lambda takes",
		},
		{
			"a folder without the program",
			func(f, p object) { f["Metadata"] = object{"aws:asset:path": built + "/keys"} },
			"bootstrap: no such file",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := developmentKeys(); err != nil { // they make the folder
				t.Fatal(err)
			}
			r := bare()
			f := r["Fn"].(object)
			delete(f, "Metadata")
			c.change(f, f["Properties"].(object))
			addRoute(r, "GET /", proxy("Fn"))
			s := serve(t, r)
			if got := s.send(t, "GET /prod"); got.status != 501 || !strings.Contains(got.record.Reason, c.want) {
				t.Errorf("got %d for the reason %q, want 501 for %q", got.status, got.record.Reason, c.want)
			}
		})
	}
}

// TestProblemsInWords reads the problems that are reported at the start, about a function that cannot run and about the
// whole assembly.
func TestProblemsInWords(t *testing.T) {
	r := bare()
	r["Fn"].(object)["Properties"].(object)["Runtime"] = "ruby3.4"
	addRoute(r, "GET /x", proxy("Fn"))
	if got := strings.Join(
		serve(t, r).Problems(),
		"\n",
	); got != `Shop/Fn: its runtime is "ruby3.4", and this gateway runs nodejs, python and, if built for this host, `+
		`provided.al2023, provided.al2 and go1.x` {
		t.Errorf("got %s", got)
	}
	if got := (apimodel.Problem{What: "dummy values"}).String(); got != "dummy values" {
		t.Errorf("got %q", got)
	}
}
