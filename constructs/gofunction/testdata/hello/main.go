// Command hello is the function of an example. A real one calls lambda.Start of aws-lambda-go.
package main

func main() { println("hello") }
