package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/console"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/devrecord"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// tokenIn runs "gatehouse token" in a folder.
func tokenIn(ctx context.Context, dir, cache string, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	s := &command.Process{
		Stdout:   &out,
		Stderr:   &errs,
		Now:      time.Now,
		Dir:      dir,
		CacheDir: func() (string, error) { return cache, nil },
	}
	status = run(ctx, s, append([]string{"token"}, args...))
	return status, strings.TrimSpace(out.String()), errs.String()
}

// records lists the files by which "gatehouse dev" is found.
func records(t *testing.T, cache string) string {
	t.Helper()
	entries, err := os.ReadDir(devrecord.Dir(cache))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(entries)
}

// TestTokenOfAFolder checks that without --assembly the issuers are those of cdk.out or, if it is missing, those of the
// process that serves the folder's app.
func TestTokenOfAFolder(t *testing.T) {
	dir := fakeApp(t, guardedAPI())
	r, _ := start(t, dir)
	status, token, stderr := tokenIn(t.Context(), dir, r.cache, "--scope", "orders/read")
	if status != succeeded || stderr != "" {
		t.Fatalf("status %d: %s", status, stderr)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/v1/orders", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if got := send(t, request).StatusCode; got != 200 {
		t.Errorf("the process that named the issuers answers their token with %d", got)
	}
	if strings.Contains(r.stdout.String(), console.IssuersPath) {
		t.Errorf("the question for the issuers is in the log:\n%s", &r.stdout)
	}
	for _, tt := range []struct {
		name   string
		args   []string
		status int
		stderr string
	}{
		{"an issuer that it does not have", []string{"--issuer", "https://idp.example.com/"}, failed,
			"gatehouse token: gatehouse dev at " + r.url +
				": no such issuer: --issuer https://idp.example.com/: choose one of\n  --issuer https://cognito-idp."},
		{"parameters", []string{"--parameters", "Stage=blue"}, calledWrong,
			"gatehouse token: --parameters without an assembly: the issuers are those of the \"gatehouse dev\" at " + r.url},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if status, token, stderr := tokenIn(t.Context(), dir, r.cache, tt.args...); status != tt.status ||
				token != "" ||
				!strings.HasPrefix(stderr, tt.stderr) {
				t.Errorf("status %d, %q, %q, want %q", status, token, stderr, tt.stderr)
			}
		})
	}

	const none = "gatehouse token: there is no cloud assembly in ./cdk.out, and no \"gatehouse dev\" runs from this " +
		"folder: run \"cdk synth\" or \"gatehouse dev\" here, or name an assembly with --assembly\n"
	if status, _, stderr := tokenIn(t.Context(), t.TempDir(), r.cache); status != failed || stderr != none {
		t.Errorf("in another folder: status %d, %q", status, stderr)
	}
	r.stop(t)
	if got := records(t, r.cache); got != "[]" {
		t.Errorf("its record still exists after it ended: %s", got)
	}
	if status, _, stderr := tokenIn(t.Context(), dir, r.cache); status != failed || stderr != none {
		t.Errorf("after it ended: status %d, %q", status, stderr)
	}

	if err := os.CopyFS(filepath.Join(dir, "cdk.out"), os.DirFS("testdata/request")); err != nil {
		t.Fatal(err)
	}
	r, _ = start(t, dir)
	if status, token, stderr := tokenIn(t.Context(), dir, r.cache); status != succeeded ||
		claimsOf(t, token)["iss"] != idp {
		t.Errorf("with cdk.out: status %d, %q, want its issuer %s", status, stderr, idp)
	}
}

func TestTokenOfADevWithoutIssuers(t *testing.T) {
	dir := fakeApp(t, mockAPI("Api", "signed"))
	r, _ := start(t, dir)
	want := "gatehouse token: gatehouse dev at " + r.url + ": " + noIssuer + "\n"
	if status, _, stderr := tokenIn(t.Context(), dir, r.cache); status != failed || stderr != want {
		t.Errorf("status %d, %q, want %q", status, stderr, want)
	}
}

// TestTokenOfStaleRecords checks records of processes that have ended, and of an address at which another process
// listens.
func TestTokenOfStaleRecords(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no modes, and connections are refused otherwise")
	}
	issuers := []devissuer.Issuer{{}}
	issuers[0].URL, issuers[0].Audiences = idp, []string{"orders"}
	answering := func(t *testing.T, run string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != console.IssuersPath {
				t.Errorf("asked for %s", r.URL)
			}
			_ = json.NewEncoder(w).Encode(console.Issuers{Run: run, Issuers: issuers})
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	for _, tt := range []struct {
		name   string
		pid    int // 0 for this process
		url    func(*testing.T) string
		status int
		stderr string
		stays  bool
	}{
		{"it runs", 0, func(t *testing.T) string { return answering(t, "ours") }, succeeded, "", true},
		{
			"no process listens any longer",
			0,
			func(*testing.T) string { return closed.URL },
			failed,
			"there is no cloud assembly in ./cdk.out",
			false,
		},
		{
			"another run listens there",
			0,
			func(t *testing.T) string { return answering(t, "theirs") },
			failed,
			"there is no cloud assembly in ./cdk.out",
			false,
		},
		{"another program listens there", 0, func(t *testing.T) string {
			server := httptest.NewServer(http.NotFoundHandler())
			t.Cleanup(server.Close)
			return server.URL
		}, failed, "there is no cloud assembly in ./cdk.out", false},
		// Process ids end far below this one: https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html (pid_max).
		{
			"its process has ended",
			1 << 30,
			func(t *testing.T) string { return answering(t, "ours") },
			failed,
			"there is no cloud assembly in ./cdk.out",
			false,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, cache := t.TempDir(), t.TempDir()
			keep(t, cache, dir, tt.pid, tt.url(t))
			status, _, stderr := tokenIn(t.Context(), dir, cache)
			if status != tt.status || !strings.Contains(stderr, tt.stderr) {
				t.Errorf("status %d, %q, want %d and %q", status, stderr, tt.status, tt.stderr)
			}
			if stays := records(t, cache) != "[]"; stays != tt.stays {
				t.Errorf("the record exists: %v, want %v", stays, tt.stays)
			}
		})
	}
	t.Run("it hangs", func(t *testing.T) {
		release := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
		defer server.Close()
		defer close(release)
		dir, cache := t.TempDir(), t.TempDir()
		keep(t, cache, dir, 0, server.URL)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		status, _, stderr := tokenIn(ctx, dir, cache)
		if want := fmt.Sprintf(
			"gatehouse token: \"gatehouse dev\" at %s (process %d): it does not answer within 5s: stop it, or name an assembly",
			server.URL,
			os.Getpid(),
		); status != failed ||
			!strings.HasPrefix(stderr, want) {
			t.Errorf("status %d, %q, want %q", status, stderr, want)
		}
		if records(t, cache) == "[]" {
			t.Error("the record of a process that only hangs is gone")
		}
	})
	t.Run("others can write to the record", func(t *testing.T) {
		dir, cache := t.TempDir(), t.TempDir()
		keep(t, cache, dir, 0, answering(t, "ours"))
		all, err := filepath.Glob(filepath.Join(devrecord.Dir(cache), "*.json"))
		if err = errors.Join(err, os.Chmod(all[0], 0o666)); err != nil {
			t.Fatal(err)
		}
		if status, _, stderr := tokenIn(t.Context(), dir, cache); status != failed ||
			!strings.Contains(stderr, "has mode 0666, so other users have access to it: delete it") {
			t.Errorf("status %d, %q", status, stderr)
		}
	})
}

// keep writes the record of a run with the name "ours".
func keep(t *testing.T, cache, dir string, pid int, url string) {
	t.Helper()
	project, err := devrecord.Project(dir)
	if err != nil {
		t.Fatal(err)
	}
	if pid == 0 {
		pid = os.Getpid()
	}
	if _, err := devrecord.Write(devrecord.Dir(cache), devrecord.Record{
		PID:     pid,
		URL:     url,
		Run:     "ours",
		Folder:  project,
		Started: time.Now(),
	}); err != nil {
		t.Fatal(err)
	}
}

// TestDevWithoutARecord checks that a cache folder that other users can write to is reported, and that requests are
// served.
func TestDevWithoutARecord(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no modes")
	}
	cache := cacheWithKeys(t)
	exposed := devrecord.Dir(cache)
	if err := errors.Join(os.MkdirAll(exposed, 0o700), os.Chmod(exposed, 0o777)); err != nil {
		t.Fatal(err)
	}
	r := &running{process: command.Process{Dir: fakeApp(t, guardedAPI("hello")), Environ: withoutCDK}, cache: cache}
	r.launch(t)
	r.wait(t, func() bool { return listening.MatchString(r.stdout.String()) })
	want := "gatehouse dev: note: \"gatehouse token\" without --assembly does not find this process: " +
		"devrecord: not private: " + exposed
	if !strings.Contains(r.stderr.String(), want) {
		t.Errorf("want %q in %q", want, &r.stderr)
	}
}

// TestParameters checks that "gatehouse token" and "gatehouse routes" accept parameters as "gatehouse dev" does.
func TestParameters(t *testing.T) {
	dir := write(t, `{"Parameters": {"Pool": {"Type": "String"}}, "Resources": {
		"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "Api"}},
		"Guard": {"Type": "AWS::ApiGateway::Authorizer", "Properties": {
			"RestApiId": {"Ref": "Api"}, "Name": "Guard", "Type": "COGNITO_USER_POOLS",
			"IdentitySource": "method.request.header.Authorization",
			"ProviderARNs": [{"Fn::Sub": "arn:aws:cognito-idp:us-east-1:111122223333:userpool/${Pool}"}]}},
		"Get": {"Type": "AWS::ApiGateway::Method", "Properties": {
			"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
			"HttpMethod": "GET", "AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": {"Ref": "Guard"},
			"Integration": {"Type": "MOCK"}}}}}`)
	status, stdout, stderr := call(t, "token", "--assembly", dir, "--parameters", "Pool=us-east-1_Ab1Cd2Ef3")
	if status != succeeded || stderr != "" ||
		claimsOf(t, stdout)["iss"] != "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1Cd2Ef3" {
		t.Errorf("token: status %d\n%s%s", status, stdout, stderr)
	}
	for _, command := range []string{"token", "routes"} {
		status, _, stderr := call(t, command, "--assembly", dir, "--parameters", "Pool=us-east-1_Ab1Cd2Ef3",
			"--parameters", "Pol=x")
		if want := "gatehouse " + command +
			": note: no template has the parameter Pol of --parameters: did you mean Pool?\n"; status != succeeded ||
			stderr != want {
			t.Errorf("status %d, %q, want %q", status, stderr, want)
		}
		if status, _, stderr := call(t, command, "--assembly", dir, "--parameters", "Pool"); status != calledWrong ||
			!strings.Contains(stderr, `--parameters "Pool": want NAME=VALUE`) {
			t.Errorf("%s: status %d, %q", command, status, stderr)
		}
	}
}
