// The configuration of Allure 3: matchers of environments are functions, so it cannot be JSON.
// The values are written by allure_report.py, as JSON, which is also JavaScript.
const settings = __SETTINGS__;

const matcher = (wanted) => ({ labels }) =>
  Object.entries(wanted).every(([name, value]) => labels.some((label) => label.name === name && label.value === value));

export default {
  name: settings.name,
  output: settings.output,
  historyPath: settings.history,
  historyLimit: settings.historyLimit,
  environments: Object.fromEntries(
    settings.environments.map(({ id, name, labels }) => [id, { name, matcher: matcher(labels) }]),
  ),
  plugins: {
    awesome: { options: { reportName: settings.name, groupBy: ["feature", "story"], theme: "auto" } },
  },
};
