package login

import (
	"encoding/json"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
	"github.com/gatehouse-cdk/gatehouse/internal/monitor/monitortest"
)

// embeddedOf returns the metrics of a line as CloudWatch reads them: "refused by functionName = 1". Each metric must be
// a number in the line, and each dimension a text.
func embeddedOf(t *testing.T, text string) (out []string) {
	t.Helper()
	var line map[string]any
	if err := json.Unmarshal([]byte(text), &line); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	var parsed struct {
		AWS *embedded `json:"_aws"`
	}
	if err := json.Unmarshal([]byte(text), &parsed); err != nil {
		t.Fatal(err)
	}
	if parsed.AWS == nil {
		return nil
	}
	if at := parsed.AWS.Timestamp; at != testTime.UnixMilli() {
		t.Errorf("timestamp %d, want milliseconds", at)
	}
	for _, d := range parsed.AWS.CloudWatchMetrics {
		if d.Namespace != metrics.Namespace {
			t.Errorf("namespace %q", d.Namespace)
		}
		for _, m := range d.Metrics {
			if line[m.Name] != 1.0 || m.Unit != "Count" {
				t.Errorf("%s is %v %s, want 1 Count", m.Name, line[m.Name], m.Unit)
			}
			for _, set := range d.Dimensions {
				for _, name := range set {
					if value, _ := line[name].(string); value == "" {
						t.Errorf("the dimension %s is %v", name, line[name])
					}
				}
				out = append(out, m.Name+" by "+strings.Join(set, ", "))
			}
		}
	}
	return out
}

func TestMetricsOfARequest(t *testing.T) {
	for _, c := range []struct {
		name     string
		function string
		x        exchange
		want     []string
	}{
		{"begun", "login", exchange{outcome: begun}, []string{"begun by functionName"}},
		{"logged in", "login", exchange{outcome: loggedIn}, []string{"logged_in by functionName"}},
		{"refused", "login", exchange{outcome: refused, reason: "no_attempt"},
			[]string{"refused by functionName", "refused by functionName, reason"}},
		{"failed", "login", exchange{outcome: failed, reason: "provider"},
			[]string{"failed by functionName", "failed by functionName, reason"}},
		{"who is logged in", "login", exchange{outcome: answered}, nil},
		{"refreshed", "login", exchange{outcome: renewed}, nil},
		{"outside of Lambda, and with NoMetrics", "", exchange{outcome: failed, reason: "provider"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.Handler.log.function = c.function
			c.x.Handler, c.x.r, c.x.began = f.Handler, httptest.NewRequest("GET", "/auth/session", nil), testTime
			f.log.take()
			f.Handler.log.write(&c.x)
			if got := embeddedOf(t, f.log.take()); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// The handler writes each login metric that an alarm or a dashboard of the snapshots uses, with the same dimensions.
func TestWatchedMetricsAreWritten(t *testing.T) {
	f := newFixture(t)
	f.Handler.log.function = "login"
	f.logIn()
	f.serve(httptest.NewRequest("POST", shop+"/auth/refresh", nil)) // refused: it has no Sec-Fetch-Site
	elsewhere := httptest.NewRequest("GET", shop+"/auth/login?return=/orders", nil)
	f.serve(elsewhere.WithContext(WithRequest(elsewhere.Context(), Request{Path: "/elsewhere"}))) // failed: base_path
	written := monitortest.Written{}
	if err := written.Read(f.log.text()); err != nil {
		t.Fatal(err)
	}
	checked := map[string]bool{}
	for file, uses := range monitortest.Snapshots(t, "../../test/testdata") {
		for _, u := range uses {
			if u.Namespace != metrics.Namespace || !strings.Contains(u.Dimensions[metrics.Function], "LoginFunction") {
				continue
			}
			if missing := written.Missing(u, metrics.Function); missing != "" {
				t.Errorf("%s: %s", file, missing)
			}
			checked[u.String()] = true
		}
	}
	want := []string{
		"begun by functionName",
		"failed by functionName",
		"failed by functionName, reason",
		"logged_in by functionName",
		"refused by functionName",
		"refused by functionName, reason",
	}
	if got := slices.Sorted(maps.Keys(checked)); !slices.Equal(got, want) {
		t.Errorf("the snapshots look at\n%q, want\n%q", got, want)
	}
}

// The function's name in the environment turns metrics on, and NoMetrics turns them off.
func TestMetricsAreOfLambda(t *testing.T) {
	for _, c := range []struct {
		name, function string
		none           bool
		want           string
	}{
		{"on Lambda", "login", false, "login"},
		{"NoMetrics", "login", true, ""},
		{"elsewhere", "", false, ""},
	} {
		config := testConfig()
		config.NoMetrics = c.none
		environment := config.Environment()
		environment["AWS_LAMBDA_FUNCTION_NAME"] = c.function
		environment["AWS_REGION"] = "eu-central-1"
		read, err := FromEnvironment(func(name string) string { return environment[name] })
		if err != nil {
			t.Fatal(err)
		}
		h, err := New(read, func(name string) string { return environment[name] }, Options{
			Now: func() time.Time { return testTime },
		})
		if err != nil {
			t.Fatal(err)
		}
		if h.log.function != c.want {
			t.Errorf("%s: metrics are of %q, want %q", c.name, h.log.function, c.want)
		}
	}
}
