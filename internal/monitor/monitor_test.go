package monitor

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
)

var update = flag.Bool("update", false, "write the golden files")

// shop returns an API with a function of each role.
func shop() API {
	id := func(suffix string) func(string) string { return func(name string) string { return name + suffix } }
	return API{
		Path: "Shop/Api",
		Docs: "https://docs.example.com/operating.md",
		Functions: []Function{
			{Name: "the API's TokenAuthorizer", ID: id(""), Role: Authorizer, Metrics: true,
				Reasons: []string{"expired", "unknown_key"}},
			{Name: `the RequestAuthorizer "hooked"`, ID: id("-hooked"), Role: Authorizer, Metrics: true, Hooked: true},
			{Name: `the RequestAuthorizer "partners"`, ID: id("-partners"), Role: OwnAuthorizer},
			{Name: `the Login at "/auth"`, ID: id(""), Role: Login, Metrics: true},
		},
		AccessLog: true,
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// text returns a series in the form of a golden file.
func (s Series) text() string {
	one := func(m Metric) string {
		out := fmt.Sprintf("%s %s %s", m.Namespace, m.Name, m.Statistic)
		if m.Namespace != APIGateway {
			out += fmt.Sprintf(" of function %d", m.Function)
		}
		for name, value := range m.Dimensions {
			out += fmt.Sprintf(" by %s %q", name, value)
		}
		return out
	}
	if s.Expression == "" {
		return one(s.Metric)
	}
	out := s.Expression
	if s.Uses == nil { // a search
		return out + "\n      " + one(s.Metric)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Uses)) {
		out += "\n      " + one(s.Uses[name])
	}
	return out
}

// anchors are the sections of the page on operating that descriptions of alarms refer to.
var anchors = []string{
	anchorServerErrors,
	anchorIntegration,
	anchorFailed,
	anchorKeys,
	anchorUnauthorized,
	anchorAuthorizer,
	anchorCrashes,
	anchorThrottles,
	anchorLogin,
}

func TestAlarms(t *testing.T) {
	all, err := Alarms(shop(), Thresholds{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	ids := map[string]bool{}
	for _, a := range all {
		fmt.Fprintf(&b, "%s: >= %g in %d of %d x %s\n   %s\n   %s\n", a.ID, a.Threshold, a.Datapoints, a.Of, a.Period,
			a.Description, a.Series.text())
		if ids[a.ID] {
			t.Errorf("%s occurs twice", a.ID)
		}
		ids[a.ID] = true
		_, anchor, _ := strings.Cut(a.Description, "#")
		if !slices.Contains(anchors, anchor) {
			t.Errorf("%s links to #%s, which is not an anchor", a.ID, anchor)
		}
	}
	golden(t, "alarms.txt", b.String())
}

func TestDashboard(t *testing.T) {
	var b strings.Builder
	for _, row := range Dashboard(shop()) {
		fmt.Fprintf(&b, "%s\n", row.Heading)
		for _, g := range row.Graphs {
			fmt.Fprintf(&b, "- %s (%s)\n", g.Title, g.Unit)
			for _, s := range slices.Concat(g.Left, g.Right) {
				fmt.Fprintf(&b, "    %s: %s\n", s.Label, s.text())
			}
		}
	}
	golden(t, "dashboard.txt", b.String())
}

func TestQueries(t *testing.T) {
	var b strings.Builder
	for _, q := range Queries(shop()) {
		fmt.Fprintf(&b, "%s: %s (access log %t, functions %v)\n%s\n\n", q.ID, q.Name, q.AccessLog, q.Functions, q.Text)
	}
	golden(t, "queries.txt", b.String())
}

func TestDescriptionsAreShortEnough(t *testing.T) {
	api := shop()
	api.Path = strings.Repeat("A very long path/", 80)
	all, err := Alarms(api, Thresholds{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if _, anchor, _ := strings.Cut(a.Description, "#"); len(a.Description) > longestDescription ||
			!slices.Contains(anchors, anchor) {
			t.Errorf("%s: %d characters: %s", a.ID, len(a.Description), a.Description)
		}
	}
}

func TestNamesOfQueriesAreShortEnough(t *testing.T) {
	api := shop()
	api.Path = strings.Repeat("A very long path/", 30)
	seen := map[string]bool{}
	for _, q := range Queries(api) {
		if len(q.Name) > longestName || seen[q.Name] {
			t.Errorf("%q has %d characters, or occurs twice", q.Name, len(q.Name))
		}
		seen[q.Name] = true
	}
}

// only returns the functions of one role, without hooks.
func only(role Role) func(*API) {
	return func(a *API) {
		a.Functions = slices.DeleteFunc(a.Functions, func(f Function) bool { return f.Role != role || f.Hooked })
	}
}

func TestWhatIsThereHasAlarms(t *testing.T) {
	ofAPI := []string{"ServerErrorsAlarm", "IntegrationLatencyAlarm"}
	for _, c := range []struct {
		name   string
		change func(*API)
		given  Thresholds
		want   []string
	}{
		{"no function", func(a *API) { a.Functions = nil }, Thresholds{}, ofAPI},
		{"an authorizer of the user's own", only(OwnAuthorizer), Thresholds{},
			append(slices.Clone(ofAPI), "AuthorizerLatencyAlarm-partners", "AuthorizerThrottlesAlarm-partners")},
		{"a login", only(Login), Thresholds{},
			append(slices.Clone(ofAPI), "LoginFailuresAlarm", "LoginCrashesAlarm", "LoginThrottlesAlarm")},
		{"a login without metrics", func(a *API) { only(Login)(a); a.Functions[0].Metrics = false }, Thresholds{},
			append(slices.Clone(ofAPI), "LoginCrashesAlarm", "LoginThrottlesAlarm")},
		{"an authorizer without metrics", func(a *API) { only(Authorizer)(a); a.Functions[0].Metrics = false },
			Thresholds{}, append(slices.Clone(ofAPI), "AuthorizerLatencyAlarm", "AuthorizerThrottlesAlarm")},
		{"all but failed decisions are left out", only(Authorizer), Thresholds{
			ServerErrorPercent:  noAlarm,
			IntegrationP99:      noAlarm,
			KeyFetchFailures:    noAlarm,
			UnauthorizedPercent: map[string]float64{"expired": noAlarm, "unknown_key": noAlarm},
			AuthorizerP99:       noAlarm,
			Crashes:             noAlarm,
			Throttles:           noAlarm,
		}, []string{"FailedDecisionsAlarm"}},
		{"another reason", only(Authorizer), Thresholds{
			UnauthorizedPercent: map[string]float64{"token_use": 3, "expired": 0},
		}, append(slices.Clone(ofAPI), "FailedDecisionsAlarm", "KeyFetchesAlarm", "UnauthorizedExpiredAlarm",
			"UnauthorizedTokenUseAlarm", "UnauthorizedUnknownKeyAlarm", "AuthorizerLatencyAlarm", "AuthorizerCrashesAlarm",
			"AuthorizerThrottlesAlarm")},
	} {
		t.Run(c.name, func(t *testing.T) {
			api := shop()
			c.change(&api)
			all, err := Alarms(api, c.given)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range all {
				got = append(got, a.ID)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestThresholdsAreUsed(t *testing.T) {
	api := shop()
	api.Functions = slices.DeleteFunc(api.Functions, func(f Function) bool { return f.Hooked })
	all, err := Alarms(api, Thresholds{
		Period:              10 * time.Minute,
		MinRequests:         7,
		ServerErrorPercent:  2.5,
		IntegrationP99:      1500 * time.Millisecond,
		FailedDecisions:     3,
		KeyFetchFailures:    4,
		UnauthorizedPercent: map[string]float64{"expired": 50},
		AuthorizerP99:       250 * time.Millisecond,
		Crashes:             6,
		Throttles:           8,
		LoginFailures:       9,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{
		"ServerErrorsAlarm":                 0.025,
		"IntegrationLatencyAlarm":           1500,
		"FailedDecisionsAlarm":              3,
		"KeyFetchesAlarm":                   4,
		"UnauthorizedExpiredAlarm":          50,
		"UnauthorizedUnknownKeyAlarm":       1,
		"AuthorizerLatencyAlarm":            250,
		"AuthorizerCrashesAlarm":            6,
		"AuthorizerThrottlesAlarm":          8,
		"AuthorizerLatencyAlarm-partners":   250,
		"AuthorizerThrottlesAlarm-partners": 8,
		"LoginFailuresAlarm":                9,
		"LoginCrashesAlarm":                 6,
		"LoginThrottlesAlarm":               8,
	}
	got := map[string]float64{}
	for _, a := range all {
		got[a.ID] = a.Threshold
		if a.Period != 10*time.Minute {
			t.Errorf("%s has periods of %s", a.ID, a.Period)
		}
		if strings.Contains(a.Series.Expression, "requests") && !strings.Contains(a.Series.Expression, "requests >= 7") {
			t.Errorf("%s counts from other requests: %s", a.ID, a.Series.Expression)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWrongThresholds(t *testing.T) {
	bare := func(a *API) { a.Functions = nil }
	silent := func(a *API) {
		for i := range a.Functions {
			a.Functions[i].Metrics = false
		}
	}
	for _, c := range []struct {
		name   string
		change func(*API)
		given  Thresholds
		want   string
	}{
		{"a period of seconds", nil, Thresholds{Period: 90 * time.Second},
			"AlarmProps.Period is 1m30s: want whole minutes up to 1h0m0s, or 0 for the default of 5m0s"},
		{"a period of hours", nil, Thresholds{Period: 2 * time.Hour}, "AlarmProps.Period is 2h0m0s"},
		{"a negative period", nil, Thresholds{Period: noAlarm}, "AlarmProps.Period is -1ns"},
		{"negative requests", nil, Thresholds{MinRequests: -1},
			"AlarmProps.MinRequests is -1: want how many requests a period has before a share of them counts, or 0 for " +
				"the default of 100"},
		{"more than all", nil, Thresholds{ServerErrorPercent: 101},
			"AlarmProps.ServerErrorPercent is 101: want a percentage up to 100, 0 for the default of 5, or NoAlarm"},
		{"not a number", nil, Thresholds{ServerErrorPercent: math.NaN()}, "AlarmProps.ServerErrorPercent is NaN"},
		{"a negative share", nil, Thresholds{UnauthorizedPercent: map[string]float64{"expired": -2}},
			`AlarmProps.UnauthorizedPercent["expired"] is -2: want a percentage up to 100, 0 for the default of 20, or NoAlarm`},
		{"a negative share without a default", nil, Thresholds{UnauthorizedPercent: map[string]float64{"token_use": -2}},
			`AlarmProps.UnauthorizedPercent["token_use"] is -2: want a percentage up to 100, or NoAlarm`},
		{"a reason that is not one", nil, Thresholds{UnauthorizedPercent: map[string]float64{"expird": 3}},
			`AlarmProps.UnauthorizedPercent["expird"]: the authorizer has no such reason for a 401: use one of algorithm, `},
		{"a reason for a 403", nil, Thresholds{UnauthorizedPercent: map[string]float64{"rights": 3}},
			`AlarmProps.UnauthorizedPercent["rights"]: the authorizer has no such reason`},
		{"nanoseconds", nil, Thresholds{IntegrationP99: 5},
			"AlarmProps.IntegrationP99 is 5ns: want a time of a millisecond at least, 0 for the default of 5s, or NoAlarm"},
		{"a negative time", nil, Thresholds{AuthorizerP99: -time.Second}, "AlarmProps.AuthorizerP99 is -1s"},
		{"a negative count", nil, Thresholds{Crashes: -2},
			"AlarmProps.Crashes is -2: want how many in a period, 0 for the default of 3, or NoAlarm"},
		{"decisions of none", bare, Thresholds{FailedDecisions: 1},
			"AlarmProps.FailedDecisions needs an authorizer with JWT or a SessionAuthorizer, and no NoMetrics, " +
				"which this API does not have: leave it out"},
		{"decisions that are not counted", silent, Thresholds{FailedDecisions: 1}, "AlarmProps.FailedDecisions needs "},
		{"keys of none", bare, Thresholds{KeyFetchFailures: 1}, "AlarmProps.KeyFetchFailures needs "},
		{"shares of none", bare, Thresholds{UnauthorizedPercent: map[string]float64{"expired": 1}},
			"AlarmProps.UnauthorizedPercent needs "},
		{"a time of none", bare, Thresholds{AuthorizerP99: time.Second}, "AlarmProps.AuthorizerP99 needs "},
		{"crashes of none", bare, Thresholds{Crashes: 1}, "AlarmProps.Crashes needs "},
		{"throttles of none", bare, Thresholds{Throttles: 1}, "AlarmProps.Throttles needs "},
		{"logins of none", only(Authorizer), Thresholds{LoginFailures: 1}, "AlarmProps.LoginFailures needs "},
	} {
		t.Run(c.name, func(t *testing.T) {
			api := shop()
			if c.change != nil {
				c.change(&api)
			}
			all, err := Alarms(api, c.given)
			if all != nil || err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%d alarms, and the error %v, want one that begins with %s", len(all), err, c.want)
			}
		})
	}
}

func TestAllThatIsWrongIsSaid(t *testing.T) {
	_, err := Alarms(shop(), Thresholds{Period: time.Second, ServerErrorPercent: -3, Throttles: -4})
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v, want three lines", err)
	}
}

func TestDefaultSharesHaveReasonsThatAreWritten(t *testing.T) {
	for reason, percent := range defaultUnauthorizedPercent {
		if !slices.Contains(metrics.UnauthorizedReasons, reason) || percent <= 0 || percent > 100 {
			t.Errorf("%s: %g", reason, percent)
		}
	}
}

// FuzzThresholds checks that thresholds are refused, or that each alarm has one that can be reached.
func FuzzThresholds(f *testing.F) {
	f.Add(int64(0), 0, 0.0, int64(0), 0, "expired", 0.0)
	f.Add(int64(time.Hour), 1, 100.0, int64(time.Millisecond), 1, "signature", 0.001)
	f.Add(int64(-1), -1, -1.0, int64(-1), -1, "nothing", -1.0)
	f.Add(int64(time.Minute), math.MaxInt, math.Inf(1), int64(math.MaxInt64), math.MaxInt, "", math.NaN())
	f.Fuzz(func(
		t *testing.T, period int64, requests int, percent float64, latency int64, n int, reason string, share float64,
	) {
		all, err := Alarms(shop(), Thresholds{
			Period:              time.Duration(period),
			MinRequests:         requests,
			ServerErrorPercent:  percent,
			IntegrationP99:      time.Duration(latency),
			FailedDecisions:     n,
			KeyFetchFailures:    n,
			UnauthorizedPercent: map[string]float64{reason: share},
			AuthorizerP99:       time.Duration(latency),
			Crashes:             n,
			Throttles:           n,
			LoginFailures:       n,
		})
		if err != nil {
			return
		}
		for _, a := range all {
			if !(a.Threshold > 0) || math.IsInf(a.Threshold, 0) || a.Period < time.Minute ||
				a.Datapoints < 1 || a.Datapoints > a.Of {
				t.Errorf("%s: %g in %d of %d x %s", a.ID, a.Threshold, a.Datapoints, a.Of, a.Period)
			}
		}
	})
}
