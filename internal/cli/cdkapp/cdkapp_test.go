package cdkapp

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder makes a folder with files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoad(t *testing.T) {
	for _, tt := range []struct {
		name, why   string
		files       map[string]string
		command     string
		given       map[string]string
		wantCommand string
		wantContext string // as JSON
	}{
		{
			name:        "a text",
			files:       map[string]string{"cdk.json": `{"app":"go run ./app"}`},
			wantCommand: "go run ./app",
			wantContext: `{}`,
		},
		{
			name:        "a list",
			why:         "the CDK CLI joins it",
			files:       map[string]string{"cdk.json": `{"app":["node","bin/app.js"]}`},
			wantCommand: "node bin/app.js",
			wantContext: `{}`,
		},
		{name: "--app alone", why: "it says all there is to know", command: "true", wantCommand: "true", wantContext: `{}`},
		{
			name:        "--app comes first",
			files:       map[string]string{"cdk.json": `{"app":"false","context":{"a":1}}`},
			command:     "true",
			wantCommand: "true",
			wantContext: `{"a":1}`,
		},
		{
			name:    "context",
			why:     "given before cdk.json before what was looked up",
			given:   map[string]string{"given": "g"},
			command: "true",
			files: map[string]string{
				"cdk.json":         `{"context":{"given":1,"own":{"list":[1,2.50]}}}`,
				"cdk.context.json": `{"given":2,"own":3,"looked-up":["eu-west-1a"]}`,
			},
			wantCommand: "true",
			wantContext: `{"given":"g","looked-up":["eu-west-1a"],"own":{"list":[1,2.50]}}`,
		},
		{
			name:        "null",
			why:         "a cleared cache of lookups",
			files:       map[string]string{"cdk.context.json": `null`},
			command:     "true",
			wantCommand: "true",
			wantContext: `{}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			app, err := Load(folder(t, tt.files), tt.command, tt.given)
			if err != nil {
				t.Fatal(err)
			}
			context, err := json.Marshal(app.Context)
			if err != nil || app.Command != tt.wantCommand || string(context) != tt.wantContext {
				t.Errorf("command %q, context %s, %v\nwant %q, %s",
					app.Command, context, err, tt.wantCommand, tt.wantContext)
			}
		})
	}
}

func TestLoadErrors(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files map[string]string
		is    error
		want  string
	}{
		{"none", nil, ErrNoConfig, "name the app with --app, or an assembly with --assembly"},
		{"no app", map[string]string{"cdk.json": `{}`}, ErrConfig, `cdk.json has no "app"`},
		{"an empty app", map[string]string{"cdk.json": `{"app":""}`}, ErrConfig, `cdk.json has no "app"`},
		{"a number", map[string]string{"cdk.json": `{"app":1}`}, ErrConfig, "want a text, got 1"},
		{"a list of numbers", map[string]string{"cdk.json": `{"app":["node",1]}`}, ErrConfig, "got a list with 1"},
		{"no object", map[string]string{"cdk.json": `[]`}, ErrConfig, "cdk.json: want an object, got array"},
		{
			"a list as the context",
			map[string]string{"cdk.json": `{"app":"true","context":[]}`},
			ErrConfig,
			`cdk.json: "context": want an object, got array`,
		},
		{
			"a number as the build",
			map[string]string{"cdk.json": `{"app":"true","build":1}`},
			ErrConfig,
			`cdk.json: "build": want a text, got number`,
		},
		{"cut off", map[string]string{"cdk.json": `{`}, ErrConfig, "cdk.json:1:2: unexpected end of JSON input"},
		{
			"cut off, with an end of line",
			map[string]string{"cdk.json": "{\n  \"app\": \"x\"\n"},
			ErrConfig,
			"cdk.json:2:13: unexpected end of JSON input",
		},
		{"empty", map[string]string{"cdk.json": ""}, ErrConfig, "cdk.json:1:1: unexpected end of JSON input"},
		{
			"a comma too many",
			map[string]string{"cdk.json": "{\n  \"app\": \"go run .\",\n}\n"},
			ErrConfig,
			"cdk.json:3:1: invalid character '}'",
		},
		{
			"a value missing at the end",
			map[string]string{"cdk.json": `{"app":}`},
			ErrConfig,
			"cdk.json:1:8: invalid character '}'",
		},
		{
			"a comment, after characters of several bytes",
			map[string]string{"cdk.json": "{\n\t\"é\": \"ü\", // app\n}"},
			ErrConfig,
			"cdk.json:2:12: invalid character '/'",
		},
		{
			"two values",
			map[string]string{"cdk.json": "{}\r\n{}"},
			ErrConfig,
			"cdk.json:2:1: invalid character '{' after top-level value",
		},
		{
			"lookups that are cut off",
			map[string]string{"cdk.json": `{"app":"true"}`, "cdk.context.json": `{"a":`},
			ErrConfig,
			"cdk.context.json:1:6: unexpected end",
		},
		{
			"lookups that are not JSON",
			map[string]string{"cdk.json": `{"app":"true"}`, "cdk.context.json": `[]`},
			ErrConfig,
			"cdk.context.json: want an object, got array",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(folder(t, tt.files), "", nil)
			if !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %v with %q", err, tt.is, tt.want)
			}
		})
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "cdk.out"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, ok := (&App{Dir: dir, Command: "cdk.out"}).Folder(); !ok || got != filepath.Join(dir, "cdk.out") {
		t.Errorf("an assembly is not recognized: %s, %v", got, ok)
	}
	if _, ok := (&App{Dir: dir, Command: "go run ./app"}).Folder(); ok {
		t.Error("a command is treated as an assembly")
	}
}

func TestEnvironment(t *testing.T) {
	user := []string{
		"PATH=/bin",
		"CDK_DEFAULT_ACCOUNT=1",
		"CDK_DEFAULT_REGION=r",
		"CDK_OUTDIR=old",
		"CDK_CONTEXT_JSON=old",
		"GATEHOUSE_HOST_BUILD=false",
		"CONTEXT_OVERFLOW_LOCATION_ENV=old",
	}
	root := t.TempDir()
	dir := filepath.Join(root, "apps", "shop")
	own, above := filepath.Join(dir, "node_modules", ".bin"), filepath.Join(root, "node_modules", ".bin")
	for _, programs := range []string{own, above} {
		if err := os.MkdirAll(programs, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	own, above = own+string(filepath.ListSeparator), above+string(filepath.ListSeparator)
	for _, tt := range []struct {
		name, why  string
		user       []string
		context    string
		validation string
		overflows  bool
	}{
		{name: "defaults", user: user, context: `"v"`, validation: "false"},
		{
			name:       "validation",
			why:        "who asks for it gets it",
			user:       append(user[:1:1], "CDK_VALIDATION=true"),
			context:    `"v"`,
			validation: "true",
		},
		{
			name:       "much context",
			why:        "it does not fit into a variable",
			user:       user,
			context:    `"` + strings.Repeat("v", maxVariable) + `"`,
			validation: "false",
			overflows:  true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			overflow := filepath.Join(t.TempDir(), "context.json")
			app := &App{Dir: dir, Context: map[string]json.RawMessage{"key": json.RawMessage(tt.context)}}
			env, err := app.environment(tt.user, "out", overflow)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, entry := range env {
				name, value, _ := strings.Cut(entry, "=")
				if _, twice := got[name]; twice {
					t.Errorf("%s occurs twice", name)
				}
				got[name] = value
			}
			text := got["CDK_CONTEXT_JSON"]
			if tt.overflows {
				file, err := os.ReadFile(got["CONTEXT_OVERFLOW_LOCATION_ENV"])
				if err != nil || text != "{}" {
					t.Fatalf("%v, output %s", err, text)
				}
				text = string(file)
			} else if _, there := got["CONTEXT_OVERFLOW_LOCATION_ENV"]; there {
				t.Error("the user's own overflow is passed on")
			}
			var context map[string]json.RawMessage
			if err := json.Unmarshal([]byte(text), &context); err != nil || string(context["key"]) != tt.context ||
				string(context["aws:cdk:enable-path-metadata"]) != "true" {
				t.Errorf("context %.200s: %v", text, err)
			}
			want := map[string]string{
				"PATH":                 own + above + "/bin",
				"CDK_OUTDIR":           "out",
				"GATEHOUSE_HOST_BUILD": "1",
				"CDK_VALIDATION":       tt.validation,
			}
			for name, value := range want {
				if got[name] != value {
					t.Errorf("%s=%q, want %q", name, got[name], value)
				}
			}
			for _, name := range []string{"CDK_DEFAULT_ACCOUNT", "CDK_DEFAULT_REGION"} {
				if value, there := got[name]; there {
					t.Errorf("%s=%s is passed on", name, value)
				}
			}
		})
	}
}
