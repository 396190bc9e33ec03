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

	// Environment holds the variables of the template. Unresolved are those whose value is not known, neither from the
	// template nor from the options, with the reason: each is a problem that blocks.
	Environment map[string]string
	Unresolved  map[string]string

	// Variables are all variables of the template as [cloudassembly.Written] shows them, without a value that was resolved
	// or given.
	Variables map[string]string

	// References are what Variables refer to and the template has values for: "Parameters.Audience" with the default of a
	// parameter, "Mappings.Audiences" with a mapping as JSON.
	References map[string]string

	Timeout     time.Duration // default 3 s
	MemoryMB    int           // default 128
	Layers      []string      // ARNs
	LayerAssets []Code        // of those layers whose content is in the assembly, in their order
	LayerCode   []string      // where the code of those layers is that are in the same stack, as the template has it
	Logging     Logging       // LoggingConfig
	Concurrency *int          // reserved; nil if it has none, and 0 turns it off
}

// Logging is how a function logs; a text is "" where the template has none.
type Logging struct {
	Group, Format, Level string // such as "/shop/orders", "JSON" and "WARN"
}

// Code is where a function's code is: one of these is set, or none if it is not in the assembly.
type Code struct {
	Folder string // an asset that is a folder, to be zipped when it is deployed
	Zip    string // an asset that is a file
	Inline string // the text of the only file, index.js or index.py

	// Outside is where the code is that is not in the assembly, such as in a container image, as
	// [cloudassembly.Written] shows it.
	Outside string
}

// FunctionURL is an HTTPS address of a function itself. A request to it does not pass any API.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
type FunctionURL struct {
	ID
	Function  *Function // nil if it is not in the assembly, or not known
	Qualifier string    // the alias; "" for the function's latest code
	AuthType  string    // "AWS_IAM", or "NONE" for all callers; "" if it is not known
}
