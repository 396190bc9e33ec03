package apimodel

import (
	"time"
)

// Function is a Lambda function.
type Function struct {
	ID
	Name string // such as "Shop-Orders-1A2B3C4D5E6F"
	ARN  string

	Runtime string // such as "provided.al2023" or "nodejs22.x"
	Handler string
	Code    Code

	// Environment holds the variables of the template. Unresolved holds the variables whose value is in neither the
	// template nor the options, with the reason. Each of these is a problem that blocks.
	Environment map[string]string
	Unresolved  map[string]string

	// Variables are all variables of the template in the form of [cloudassembly.Written], without resolved or given
	// values.
	Variables map[string]string

	// References are the values in the template that Variables refer to: "Parameters.Audience" with the default of a
	// parameter, "Mappings.Audiences" with a mapping as JSON.
	References map[string]string

	Timeout     time.Duration // default 3 s
	MemoryMB    int           // default 128
	Layers      []string      // ARNs
	LayerAssets []Code        // the layers whose content is in the assembly, in order
	LayerCode   []string      // the location of the code of layers in the same stack, as in the template
	Logging     Logging       // LoggingConfig
	Concurrency *int          // reserved concurrency; nil if none is set, and 0 turns the function off
	PerTenant   bool          // TenancyConfig: each tenant has execution environments of its own
}

// Logging says how a function logs. A field is "" if the template does not set it.
type Logging struct {
	Group, Format, Level string // such as "/shop/orders", "JSON" and "WARN"
}

// Code is the location of a function's code. One field is set, or none if the code is not in the assembly.
type Code struct {
	Folder string // an asset that is a folder, which the deployment zips
	Zip    string // an asset that is a file
	Inline string // the text of the only file, index.js or index.py

	// Outside is the location of code outside the assembly, such as in a container image, in the form of
	// [cloudassembly.Written].
	Outside string
}

// FunctionURL is a function's own HTTPS address. Requests to it do not pass through an API.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
type FunctionURL struct {
	ID
	Function  *Function // nil if it is not known or not in the assembly
	Qualifier string    // the alias; "" for the function's latest code
	AuthType  string    // "AWS_IAM", or "NONE" for all callers; "" if it is not known
}
