package settings

import "errors"

// lambdaRoot is where Lambda has a function's code. LAMBDA_TASK_ROOT says so, and a function's configuration cannot set
// that.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
const lambdaRoot = "/var/task"

// Misplaced is the error of a function that runs on Lambda and was built for a developer's machine: an assembly of such
// functions is not for deployment, and nothing but a warning keeps it from that.
func Misplaced(getenv func(string) string) error {
	return misplaced(RunsHere, getenv("LAMBDA_TASK_ROOT"))
}

func misplaced(runsHere bool, root string) error {
	if runsHere && root == lambdaRoot {
		return errors.New("this function was built for a developer's machine and is not to run on Lambda: synthesize and " +
			"deploy again, without GATEHOUSE_HOST_BUILD")
	}
	return nil
}
