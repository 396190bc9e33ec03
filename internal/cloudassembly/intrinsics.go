package cloudassembly

// intrinsics are the supported functions, by name; the functions of conditions are in [Evaluator.evaluateCondition].
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
var intrinsics = map[string]call{
	"Ref":                (*Evaluator).refTo,
	"Fn::GetAtt":         (*Evaluator).getAtt,
	"Fn::Sub":            (*Evaluator).sub,
	"Fn::If":             (*Evaluator).ifElse,
	"Fn::FindInMap":      (*Evaluator).findInMap,
	"Fn::ImportValue":    (*Evaluator).importValue,
	"Fn::GetStackOutput": (*Evaluator).stackOutput,
	"Fn::Join":           (*Evaluator).join,
	"Fn::Split":          (*Evaluator).split,
	"Fn::Select":         (*Evaluator).selectEntry,
	"Fn::Base64":         (*Evaluator).base64,
	"Fn::Length":         (*Evaluator).length,
	"Fn::ToJsonString":   (*Evaluator).toJSON,
}
