// Package mappingtemplate writes the mapping templates of integrations that package secureapi makes: the call of an AWS
// service from the body of a request, the answer from what the service returned, and fixed answers.
//
// A template is text in which $ and # act, and the call that it makes has a syntax of its own. What stands in both, a
// request's body and the arguments of the app, is escaped for both, so that no caller writes the call. The package
// renders no template: package internal/apigateway/mapping does.
package mappingtemplate
