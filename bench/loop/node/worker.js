// The worker answers with a text of this file and with a variable of its settings. The benchmark edits both.
export default {
  fetch(request, env) {
    return Response.json({ status: "ok", setting: env.SETTING });
  },
};
