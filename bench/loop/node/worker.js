// The worker answers with a text that is edited here, and with one of its settings.
export default {
  fetch(request, env) {
    return Response.json({ status: "ok", setting: env.SETTING });
  },
};
