// Package cdkapp synthesizes a CDK app in any language like the CDK CLI: it runs the command in cdk.json with the
// environment that the app's library reads, and watches the app's sources for changes.
//
// It does not call AWS, so values that the CLI would look up there must be in cdk.context.json already. It does not
// read ~/.cdk.json or the output of the app; package cloudassembly reads that.
package cdkapp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"unicode/utf8"
)

var (
	// ErrNoConfig is returned if no cdk.json says which app to run.
	ErrNoConfig = errors.New("there is no cdk.json")

	// ErrConfig is returned for a cdk.json or cdk.context.json that cannot be read.
	ErrConfig = errors.New("the app's configuration")
)

// App is a CDK app as cdk.json describes it.
type App struct {
	Dir     string // the folder of cdk.json, in which the app runs; "" is the current one
	Command string // a shell command, or the folder of an assembly
	Build   string // a command to run before it; "" for none
	Context map[string]json.RawMessage
}

// configFile and lookupFile are the names that the CDK CLI gives them: the settings of the app, and the values that it
// looked up in AWS before.
// Source: https://docs.aws.amazon.com/cdk/v2/guide/context.html
const (
	// configFile and lookupFile are the CDK CLI's names for the settings of the app, and for values that it looked up in
	// AWS earlier.
	configFile = "cdk.json"
	lookupFile = "cdk.context.json"
)

// Load reads the app in a folder. A command that is not empty replaces the one in cdk.json, which is then optional. The
// given context takes precedence over that of cdk.json, which takes precedence over cdk.context.json.
//
// The error is an [ErrNoConfig] or an [ErrConfig].
func Load(dir, command string, given map[string]string) (*App, error) {
	var config struct {
		App     any                        `json:"app"`
		Build   string                     `json:"build"`
		Context map[string]json.RawMessage `json:"context"`
	}
	found, err := readJSON(filepath.Join(dir, configFile), &config)
	if err != nil {
		return nil, err
	}
	if !found && command == "" {
		return nil, fmt.Errorf(
			"%w in %s: run it where the CDK app is, name the app with --app, or an assembly with --assembly",
			ErrNoConfig,
			shown(dir),
		)
	}
	a := &App{Dir: dir, Command: command, Build: config.Build, Context: map[string]json.RawMessage{}}
	if command == "" {
		if a.Command, err = commandOf(config.App); err != nil {
			return nil, err
		}
	}
	if _, err := readJSON(filepath.Join(dir, lookupFile), &a.Context); err != nil {
		return nil, err
	}
	if a.Context == nil { // the file contains null
		a.Context = map[string]json.RawMessage{}
	}
	maps.Copy(a.Context, config.Context)
	for name, value := range given {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("%w: context %s: %w", ErrConfig, name, err)
		}
		a.Context[name] = text
	}
	return a, nil
}

// commandOf reads "app", which is a text or a list of its words.
func commandOf(app any) (string, error) {
	switch app := app.(type) {
	case string:
		if app != "" {
			return app, nil
		}
	case []any:
		var words []string
		for _, w := range app {
			text, ok := w.(string)
			if !ok {
				return "", fmt.Errorf("%w: %s: \"app\": want a text, got a list with %v", ErrConfig, configFile, w)
			}
			words = append(words, text)
		}
		if len(words) > 0 {
			return strings.Join(words, " "), nil
		}
	case nil:
	default:
		return "", fmt.Errorf("%w: %s: \"app\": want a text, got %v", ErrConfig, configFile, app)
	}
	return "", fmt.Errorf("%w: %s has no \"app\", which says how to run the app: add it, or name the app with --app",
		ErrConfig, configFile)
}

// readJSON reads a file, and reports whether it exists.
func readJSON(path string, into any) (bool, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	var other *json.UnmarshalTypeError
	var broken *json.SyntaxError
	switch err := json.Unmarshal(text, into); {
	case errors.As(err, &other): // its own message names Go types
		where, want := "", "an object"
		if other.Field != "" {
			where = fmt.Sprintf("%q: ", other.Field)
		}
		if other.Type.Kind() == reflect.String {
			want = "a text"
		}
		return true, fmt.Errorf("%w: %s: %swant %s, got %s", ErrConfig, path, where, want, other.Value)
	case errors.As(err, &broken):
		return true, fmt.Errorf("%w: %s:%s: %w", ErrConfig, path, position(text, broken), err)
	case err != nil:
		return true, fmt.Errorf("%w: %s: %w", ErrConfig, path, err)
	}
	return true, nil
}

// position returns the line and the column, in characters, of an error: of the last byte that was read, or of the end
// of the text if that comes too early.
func position(text []byte, err *json.SyntaxError) string {
	at := int(err.Offset) - 1
	if strings.HasPrefix(err.Error(), "unexpected end") {
		at = len(bytes.TrimRight(text, " \t\r\n"))
	}
	before := text[:min(max(at, 0), len(text))]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return fmt.Sprintf("%d:%d", bytes.Count(before, []byte{'\n'})+1, utf8.RuneCount(line)+1)
}

func shown(dir string) string {
	if dir == "" {
		return "this folder"
	}
	return dir
}

// Folder returns the assembly that the command names, if it is a folder and not a command, as in the CDK CLI. It
// reports false for a command.
func (a *App) Folder() (string, bool) {
	path := a.Command
	if !filepath.IsAbs(path) {
		path = filepath.Join(a.Dir, path)
	}
	info, err := os.Stat(path)
	return path, err == nil && info.IsDir()
}
