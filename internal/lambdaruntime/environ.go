package lambdaruntime

import (
	"cmp"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// lambdaPath is the PATH that Lambda sets.
const lambdaPath = "/usr/local/bin:/usr/bin/:/bin:/opt/bin"

// reserved reports whether a function's configuration cannot set a variable. TZ is not reserved.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
func reserved(name string) bool {
	switch name {
	case "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV",
		"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
		"LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR":
		return true
	}
	for _, suffix := range [...]string{"FUNCTION_NAME", "FUNCTION_MEMORY_SIZE", "FUNCTION_VERSION", "INITIALIZATION_TYPE",
		"LOG_GROUP_NAME", "LOG_STREAM_NAME", "RUNTIME_API"} {
		if name == "AWS_LAMBDA_"+suffix {
			return true
		}
	}
	return false
}

// oneVCPU is the amount of memory, in MB, up to which a function has the time of at most one processor.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html ("At 1,769 MB, a function has the
// equivalent of one vCPU")
const oneVCPU = 1769

// environ returns the whole environment of a process, sorted.
func (p *Pool) environ(s *Spec, runtimeAPI string) []string {
	o := &p.options
	stream := o.Now().UTC().Format("2006/01/02") + "/[$LATEST]" + strings.ReplaceAll(NewUUID(), "-", "")
	// Variables that a function may set itself come first.
	env := map[string]string{
		"LANG":                     "en_US.UTF-8",
		"TZ":                       ":UTC",
		"PATH":                     o.Path,
		"LD_LIBRARY_PATH":          s.Dir + ":" + s.Dir + "/lib", // the part of Lambda's value that exists here
		"HOME":                     os.TempDir(),
		"AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
		"AWS_XRAY_DAEMON_ADDRESS":  "127.0.0.1:2000",
	}
	if s.MemoryMB <= oneVCPU {
		// Otherwise a function in Go would use all processors of this host, and spend a fifth of its time passing work
		// between them.
		env["GOMAXPROCS"] = "1"
	}
	if s.Logging.Format != "" {
		env["AWS_LAMBDA_LOG_FORMAT"] = s.Logging.Format
	}
	if level := s.Logging.level(); level != "" {
		env["AWS_LAMBDA_LOG_LEVEL"] = level
	}
	maps.Copy(env, o.Env)
	maps.Copy(env, s.Env)
	maps.Copy(env, map[string]string{
		"_HANDLER":                        s.Handler,
		"AWS_REGION":                      s.Region,
		"AWS_DEFAULT_REGION":              s.Region,
		"AWS_LAMBDA_FUNCTION_NAME":        s.Name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(s.MemoryMB),
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       cmp.Or(s.Logging.Group, "/aws/lambda/"+s.Name),
		"AWS_LAMBDA_LOG_STREAM_NAME":      stream,
		"AWS_LAMBDA_RUNTIME_API":          runtimeAPI,
		"AWS_ACCESS_KEY_ID":               o.Credentials.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY":           o.Credentials.SecretAccessKey,
		"LAMBDA_TASK_ROOT":                s.Dir,
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
	})
	if o.Credentials.SessionToken != "" {
		env["AWS_SESSION_TOKEN"] = o.Credentials.SessionToken
	}
	// "This environment variable is not defined for functions that use the OS-only runtimes."
	if s.Runtime != "" && !strings.HasPrefix(s.Runtime, "provided") {
		env["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + s.Runtime
	}
	list := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}
